# "USE PROFILE" changes the AWS profile of this shell.
function USE --description 'Change the AWS profile of this shell'
    set --local lanyard_lines (command lanyard use --format fish $argv)
    or return
    printf '%s\n' $lanyard_lines | source
end
