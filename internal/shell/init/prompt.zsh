# These lines put the profile in use into the prompt. zsh prints psvar without expansion.
_lanyard_prompt() { psvar[8]="$(command lanyard prompt --format '({text}) ')"; }
autoload -Uz add-zsh-hook
add-zsh-hook precmd _lanyard_prompt
[[ $PROMPT == *%8v* ]] || PROMPT="%8v$PROMPT"
