package shell

import (
	"errors"
	"strings"
)

// CompletionRequest is the name of the hidden command that the completion scripts run:
//
//	lanyard __complete SHELL WORD... CURRENT
//	lanyard __complete bash LINE TEXT
//
// WORD... are the words of the line after the program. CURRENT is the beginning of the word at
// the cursor, without quotes. In bash, LINE is the line up to the cursor, with quotes. TEXT is
// the end of LINE that bash replaces: see [ParseBash].
//
// The command prints a line for each value: the value, a tab, and a description, which can be
// empty. If the shell does not quote values itself, the command quotes them: see
// [CompletionWord]. If the only line is [CompleteFiles] or [CompleteCommand], the shell
// completes the word itself.
const CompletionRequest = "__complete"

// The answers for words that the shell completes itself.
const (
	CompleteFiles   = "\t"   // the name of a file
	CompleteCommand = "\t\t" // a word of the command line after "--"
)

// CompletionShells lists the shells that [CompletionScript] knows.
func CompletionShells() []string {
	return []string{"bash", "zsh", "fish", "elvish", "nu", "xonsh", "powershell"}
}

// CompletionScript returns lines for the start-up file of a shell. The lines complete the command
// lines of the programs: lanyard, and aws if that name is a link to lanyard. CompletionScript
// returns an error for an unknown shell.
func CompletionScript(shell string, programs ...string) (string, error) {
	script, ok := map[string]string{
		"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion, "elvish": elvishCompletion,
		"nu": nuCompletion, "xonsh": xonshCompletion, "powershell": powerShellCompletion,
	}[shell]
	if !ok {
		return "", errors.New("unknown shell " + shell)
	}
	text := ""
	for _, program := range programs {
		text += strings.ReplaceAll(strings.TrimPrefix(script, "\n"), "PROGRAM", program)
	}
	return text, nil
}

// CompletionWord returns a value in the form that a shell expects in an answer. For bash, use
// [BashLine.Replacement] instead.
func CompletionWord(shell, value string) string {
	switch {
	case shell != "xonsh" && shell != "nu" && shell != "powershell", plain(value):
		return value // a shell that quotes values itself, or a value that needs no quotes
	case shell == "xonsh" && strings.ContainsAny(value, "$~"): // it expands these in quotes, too
		return "@(" + python(value) + ")"
	case shell == "xonsh":
		return python(value)
	case shell == "nu":
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
	}
	return PowerShell.Quote(value)
}

// Bash splits words at : and =, and replaces only the last part. So the answer has quoted
// replacements for that part. A read loop or mapfile would be slow, because it reads a pipe byte
// by byte. Bash 3.2 of macOS has no compopt.
const bashCompletion = `
_complete_PROGRAM() {
  local IFS=$'\n' glob=+f
  [[ $- == *f* ]] && glob=-f
  set -f
  COMPREPLY=($(command PROGRAM __complete bash "${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null))
  set $glob
  case ${COMPREPLY[0]-} in $'\t'*) ;; *) return ;; esac
  local command=${COMPREPLY[0]#$'\t'} i
  COMPREPLY=()
  if [[ $command ]]; then
    for ((i = 1; i < COMP_CWORD; i++)); do [[ ${COMP_WORDS[i]} == -- ]] && break; done
    if declare -F _command_offset >/dev/null; then
      IFS=$' \t\n'
      _command_offset $((i + 1))
      return
    elif ((i + 1 == COMP_CWORD)); then
      COMPREPLY=($(compgen -c -- "$2"))
      return
    fi
  fi
  compopt -o default 2>/dev/null
}
complete -F _complete_PROGRAM PROGRAM
`

// In zsh, a description follows an unescaped colon. With -D, compinit writes no file. The first
// and the last lines are for packages: they install the script as the file _lanyard of a folder
// in fpath. Then zsh runs the whole script at each TAB.
const zshCompletion = `
#compdef PROGRAM
_complete_PROGRAM() {
  local -a answer
  answer=("${(@f)$(command PROGRAM __complete zsh "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
  case $answer[1] in
    $'\t') _files; return ;;
    $'\t\t')
      local -i dashes=$words[(i)--]
      shift $dashes words
      (( CURRENT -= dashes ))
      _normal
      return ;;
  esac
  answer=("${(@)answer//\\/\\\\}")
  answer=("${(@)answer//:/\\:}")
  answer=("${(@)answer/$'\t'/:}")
  [[ -n $answer[1] ]] && _describe -V PROGRAM answer
}
if (( ! $+functions[compdef] )); then
  autoload -Uz compinit && compinit -i -D
fi
compdef _complete_PROGRAM PROGRAM
if [[ $funcstack[1] == _PROGRAM ]]; then
  _complete_PROGRAM "$@"
fi
`

const fishCompletion = `
function __complete_PROGRAM
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l plain (string unescape -- $current; or string unescape -- "$current'"; or string unescape -- "$current\"")
    while string match -q -- '*=*' $words[1]
        set -e words[1]
    end
    set -e words[1]
    set -l answer (command PROGRAM __complete fish $words "$plain" 2>/dev/null)
    if test "$answer" = \t
        __fish_complete_path $current
    else if test "$answer" = \t\t
        while test "$words[1]" != --
            set -e words[1]
        end
        complete --do-complete (string join ' ' -- (string escape -- $words[2..]) $current)
    else if set -q answer[1]
        printf '%s\n' $answer
    end
end
complete -c PROGRAM -f -k -a '(__complete_PROGRAM)'
`

const elvishCompletion = `
set edit:completion:arg-completer[PROGRAM] = {|@words|
  use str
  try {
    (external PROGRAM) __complete elvish (all $words[1..]) 2>/dev/null | from-lines | each {|line|
      var value description @command = (str:split "\t" $line)
      if (not-eq $command []) {
        while (not-eq $words[0] --) { set words = $words[1..] }
        edit:complete-sudo $@words
      } elif (eq $value '') {
        edit:complete-filename $@words
      } elif (eq $description '') {
        edit:complex-candidate $value &code-suffix=' '
      } else {
        edit:complex-candidate $value &code-suffix=' ' &display=$value'  ('$description')'
      }
    }
  } catch e { }
}
`

const nuCompletion = `
$env.config.completions.external.enable = true
$env.config.completions.external.completer = (do {|other|
  {|spans|
    if $spans.0 == "PROGRAM" {
      let answer = (^PROGRAM __complete nu ...($spans | skip 1) | complete | get stdout | lines)
      if ($answer | first | default "" | str starts-with "\t") { null } else {
        $answer | each {|line| $line | split row "\t" | {value: $in.0, description: $in.1} }
      }
    } else if $other != null { do $other $spans }
  }
} $env.config.completions.external.completer?)
`

// In xonsh, a completion replaces the whole word, including quotes. After StopIteration, xonsh
// asks no other completer.
const xonshCompletion = `
def _complete_PROGRAM(context):
    import os, subprocess
    from xonsh.completers.commands import complete_command
    from xonsh.completers.tools import RichCompletion
    command = context.command
    if not command or command.arg_index < 1 or os.path.basename(command.args[0].value) != "PROGRAM":
        return None
    words = [arg.value for arg in command.args[1:command.arg_index]]
    answer = subprocess.run(["PROGRAM", "__complete", "xonsh", *words, command.prefix], env=__xonsh__.env.detype(),
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    lines = [line.split("\t") for line in answer.stdout.decode().splitlines()]
    if not lines:
        raise StopIteration
    if len(lines[0]) > 2:
        begin = words.index("--") + 2
        rest = command._replace(args=command.args[begin:], arg_index=command.arg_index - begin)
        if rest.arg_index == 0:
            return complete_command(rest)
        return __xonsh__.shell.shell.completer.complete_from_context(context._replace(command=rest, python=None))
    if not lines[0][0]:
        return None
    return {RichCompletion(value, prefix_len=len(command.raw_prefix), description=text, append_closing_quote=False,
                           append_space=True) for value, text in lines}
_complete_PROGRAM.contextual = True
__xonsh__.completers["PROGRAM"] = _complete_PROGRAM
__xonsh__.completers.move_to_end("PROGRAM", last=False)
`

// Windows PowerShell drops empty arguments, so the script puts a dot before each word.
const powerShellCompletion = `
Register-ArgumentCompleter -Native -CommandName PROGRAM -ScriptBlock {
  param($current, $line, $cursor)
  $words = @($line.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object {
    if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text }
  }) + ($current -replace '^[''"]') | ForEach-Object { ".$_" }
  & (Get-Command -CommandType Application PROGRAM | Select-Object -First 1) __complete powershell @words 2>$null | ForEach-Object {
    $value, $text = $_ -split [char]9
    if ($value) {
      if (-not $text) { $text = $value }
      [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $text)
    }
  }
}
`
