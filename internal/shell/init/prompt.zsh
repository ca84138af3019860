# The profile in use, in the prompt: the 8th element of psvar, which zsh shows as it is.
_lanyard_prompt() { psvar[8]="$(command lanyard prompt --format '({text}) ')"; }
autoload -Uz add-zsh-hook
add-zsh-hook precmd _lanyard_prompt
[[ $PROMPT == *%8v* ]] || PROMPT="%8v$PROMPT"
