command rm -f -- @DIR@/.zshenv; command rmdir -- @DIR@
if [[ -n @ZDOTDIR@ ]]; then export ZDOTDIR=@ZDOTDIR@; else unset ZDOTDIR; fi
# zsh prints the elements of psvar without expansion.
_lanyard_mark() {
  psvar[9]=$LANYARD_SHELL
  [[ $PROMPT == '%(9V.(%9v) .)'* ]] && return 1
  PROMPT="%(9V.(%9v) .)$PROMPT"
}
# Some themes, such as powerlevel10k, build the prompt after all other hooks.
_lanyard_mark_line() { _lanyard_mark && zle reset-prompt; }
_lanyard_mark_first() {
  precmd_functions=(${precmd_functions:#_lanyard_mark_first} _lanyard_mark)
  autoload -Uz add-zle-hook-widget
  add-zle-hook-widget line-init _lanyard_mark_line
  _lanyard_mark
}
precmd_functions+=(_lanyard_mark_first)
if [[ -r ${ZDOTDIR:-$HOME}/.zshenv ]]; then source ${ZDOTDIR:-$HOME}/.zshenv; fi
