# USE has the same completion as "lanyard use".
_complete_lanyard_use() {
  local line=$COMP_LINE
  local COMP_LINE="lanyard use${line#*USE}"
  local COMP_POINT=$((COMP_POINT + ${#COMP_LINE} - ${#line}))
  _complete_lanyard "$@"
}
complete -F _complete_lanyard_use USE
