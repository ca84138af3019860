let lanyard_unmarked_prompt = $env.PROMPT_COMMAND?
$env.PROMPT_COMMAND = {||
  let rest = if ($lanyard_unmarked_prompt | describe) == "closure" { do $lanyard_unmarked_prompt } else { $lanyard_unmarked_prompt | default "" }
  if ($env.LANYARD_SHELL? | is-empty) { $rest } else { $"\(($env.LANYARD_SHELL)\) ($rest)" }
}
