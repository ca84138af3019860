command rm -f -- @DIR@/rc; command rmdir -- @DIR@
if [ -r ~/.bashrc ]; then . ~/.bashrc; fi
_lanyard_mark() {
  local mark='${LANYARD_SHELL:+($LANYARD_SHELL) }'
  case $PS1 in "$mark"*) ;; *) PS1=$mark$PS1 ;; esac
}
# A child bash inherits PROMPT_COMMAND, but not the function.
PROMPT_COMMAND="${PROMPT_COMMAND:+$PROMPT_COMMAND
}if declare -F _lanyard_mark >/dev/null; then _lanyard_mark; fi"
