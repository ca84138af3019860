//go:build unix

package picker

import (
	"errors"
	"testing"
)

const region = "SSO region [None]: "

func TestAskLeavesTheLine(t *testing.T) {
	term := openTerminal(t, 80, 24)
	got := term.ask(t.Context(), Question{Text: region})
	term.seesWithCursor("SSO region [None]: |")
	term.typeIn("us-east-1")
	term.seesWithCursor("SSO region [None]: us-east-1|")
	term.typeIn("\r")
	term.replies(got, reply{text: "us-east-1"})
	term.seesWithCursor("SSO region [None]: us-east-1\n|")
	term.untouched()
}

func TestCheckKeepsWhatWasTyped(t *testing.T) {
	term := openTerminal(t, 80, 24)
	got := term.ask(t.Context(), Question{Text: region, Check: func(answer string) error {
		if answer != "eu-west-1" {
			return errors.New("No such region")
		}
		return nil
	}})
	term.sees("SSO region [None]:")
	term.typeIn("eu-west-2\r")
	term.sees("SSO region [None]: eu-west-2\nNo such region")
	term.typeIn("\x7f")
	term.sees("SSO region [None]: eu-west-")
	term.typeIn("1\r")
	term.replies(got, reply{text: "eu-west-1"})
	term.seesWithCursor("SSO region [None]: eu-west-1\n|")
	term.untouched()
}
