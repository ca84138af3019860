# These lines put the profile in use into the prompt.
if not functions --query _lanyard_prompt
    functions --query fish_prompt # loads the function fish_prompt
    functions --copy fish_prompt _lanyard_prompt
    function _lanyard_status
        return $argv[1]
    end
    function fish_prompt
        set --local last $status
        command lanyard prompt --format '({text}) '
        _lanyard_status $last
        _lanyard_prompt
    end
end
