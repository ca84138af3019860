# USE has the same completion as "lanyard use".
_complete_lanyard_use() {
  words=(lanyard use "${(@)words[2,-1]}")
  (( CURRENT++ ))
  _complete_lanyard
}
compdef _complete_lanyard_use USE
