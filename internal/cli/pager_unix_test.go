//go:build unix

package cli_test

import (
	"strings"
	"testing"
)

// On a terminal, lanyard sends results to the pager as they arrive. Without a terminal, it uses
// no pager. If the pager of a setting is missing, the error names it. If no setting names a pager and
// less is missing, lanyard uses no pager.
func TestPager(t *testing.T) {
	const config = corpBlock + "[default]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = AdministratorAccess\nregion = us-east-1\n"
	tm := sit(t, terminalOptions{config: config}, "sso", "login")
	tm.signIn("jane")
	tm.exits(0)
	call := []string{"sts", "get-caller-identity", "--query", "Account"}
	for _, tt := range []struct {
		name  string
		env   []string
		flags []string
		want  string
		code  int
	}{
		{"AWS_PAGER", []string{"AWS_PAGER=sed 's/^/paged: /'"}, nil, `paged: "111122223333"`, 0},
		{"PAGER", []string{"PAGER=sed s/^/paged:/"}, nil, `paged:"111122223333"`, 0},
		{"LESS", []string{`AWS_PAGER=sh -c 'cat; echo LESS=$LESS'`}, nil, "LESS=FRX", 0},
		{"LESS of one's own", []string{"LESS=X", `AWS_PAGER=sh -c 'cat; echo LESS=$LESS'`}, nil, "LESS=X", 0},
		{"empty", []string{"AWS_PAGER=", "PAGER=sed s/^/paged:/"}, nil, "\n", 0},
		{"flag", []string{"AWS_PAGER=sed s/^/paged:/"}, []string{"--no-cli-pager"}, "\n", 0},
		{"nothing to page", []string{"AWS_PAGER=sed s/^/paged:/"}, []string{"--output", "off"}, "", 0},
		{"one that leaves at once", []string{"AWS_PAGER=true"}, nil, "", 0},
		{"none there", []string{"AWS_PAGER=no-such-pager"}, nil, "An error occurred (Pager): Unable to redirect output to pager.", 253},
		{"no less", []string{"PATH=" + t.TempDir()}, nil, "\n", 0},
		{"PAGER is less, which is missing", []string{"PAGER=less", "PATH=" + t.TempDir()}, nil, "An error occurred (Pager): Unable to redirect output to pager.", 253},
		{"none that can be read", []string{"AWS_PAGER=sed '"}, nil, "An error occurred (Pager): ", 253},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tm.start(terminalOptions{env: tt.env}, append(call, tt.flags...)...)
			tm.exits(tt.code)
			text := tm.text()
			if !strings.Contains(text, tt.want) {
				t.Errorf("%q, want %q", text, tt.want)
			}
			if plain := tt.want == "\n" && text != "\"111122223333\"\n"; plain || tt.want == "" && text != "" {
				t.Errorf("the output is %q, want %q", text, tt.want)
			}
		})
	}
}
