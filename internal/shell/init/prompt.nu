# These lines put the profile in use into the prompt.
let lanyard_prompt = $env.PROMPT_COMMAND?
$env.PROMPT_COMMAND = {||
  let rest = if ($lanyard_prompt | describe) == "closure" { do $lanyard_prompt } else { $lanyard_prompt | default "" }
  $"(^lanyard prompt --format '({text}) ')($rest)"
}
