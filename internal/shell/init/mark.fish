functions --query fish_prompt # loads the function fish_prompt
functions --copy fish_prompt _lanyard_unmarked_prompt
function _lanyard_return
    return $argv[1]
end
function fish_prompt
    set --local last $status
    if test -n "$LANYARD_SHELL"
        printf '(%s) ' $LANYARD_SHELL
    end
    _lanyard_return $last
    _lanyard_unmarked_prompt
end
