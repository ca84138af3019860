# "USE PROFILE" changes the AWS profile of this shell.
def --env --wrapped USE [...args: string] {
  let changes = (^lanyard use --format json ...$args | from json)
  for change in ($changes | default {} | transpose name value) {
    if $change.value == null {
      hide-env --ignore-errors $change.name
    } else {
      load-env {($change.name): $change.value}
    }
  }
}
