package main

import (
	"regexp"
	"strings"
	"unicode"
)

// A turn is a phrase to avoid, and the words to write instead.
type turn struct {
	pattern *regexp.Regexp
	instead string
	after   *regexp.Regexp // the turn counts only right after this; nil means that it always counts
}

// turns lists phrases that are nearly always a fault. Phrases that are often right ("who is", "of
// its own") are missing, because users ignore a list with many false alarms.
var turns = compile([][]string{
	{`nobody|no-one|whoever|whomever|somebody`, "name the actor: no process, the user, another program"},
	{`whatever|whatsoever|whichever`, "name the thing: any error, each file"},
	{`all the same`, "still, anyway"},
	{`(?:is|are) of (?:no )?use`, "helps, does not help"},
	{`in vain`, "without success; say what failed"},
	{`(?:come|comes|came|coming) to lie`, "is written to, is stored in"},
	{`in the place of|in place of`, "instead of"},
	{`(?:is|are) none`, "no X exists; without X", `\b(?:if|when|unless) there $`},
	{`what there is`, "name it"},
	{`that one (?:is|was|has|of|that|who|which|alone|too)`, "repeat the noun"}, // do not match "that one call may take"
	{`that one[.,;:)]`, "repeat the noun"},
	{`those who|the one who|the ones who|he who|one who`, "the processes that, the users who"},
	{`another's|one's`, "of another process, of another user"},
	{`told apart|tell apart|tells apart`, "distinguish"},
	{`a word of ours|word of ours`, "a command of lanyard"},
	{`for lack of`, "because X is missing"},
	{`by and by|as it were|of late|to be had|lest|hence|thus|hitherto|therein|thereof|thereby|whereby|wherein`, "use everyday words"},
	{`but for`, "except"},
	{`(?:keep|keeps|kept) silent`, "prints nothing"},
	{`(?:ask|asks|asked|asking) (?:nobody|none)`, "makes no request"},
	{`the passphrase does not fit`, "wrong passphrase"},
	{`time-out|time-outs`, "timeout"},
	{`the person`, "the user"},
})

// compile makes the patterns. A pattern matches whole words in any case. The words may continue
// on the next line of a comment.
func compile(table [][]string) (all []turn) {
	for _, row := range table {
		pattern := `(?i)\b(?:` + gaps(row[0]) + `)`
		if !strings.HasSuffix(row[0], "]") {
			pattern += `\b`
		}
		t := turn{pattern: regexp.MustCompile(pattern), instead: row[1]}
		if len(row) > 2 {
			t.after = regexp.MustCompile(`(?i)` + gaps(row[2]))
		}
		all = append(all, t)
	}
	return all
}

// gaps returns a pattern in which a blank also matches the end of a line and the comment sign
// after it.
func gaps(pattern string) string { return strings.ReplaceAll(pattern, " ", `[\s/#>*]+`) }

// isGap reports whether a character separates the words of a turn.
func isGap(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("/#>*", r) }
