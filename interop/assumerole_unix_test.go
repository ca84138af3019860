//go:build unix

package interop_test

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/emulator"
)

const (
	robin       = "arn:aws:iam::444455556666:user/robin"
	robinsPhone = "arn:aws:iam::444455556666:mfa/robin"
)

// rolesConfig has profiles with roles. The keys of an IAM user or a web identity token assume
// these roles.
const rolesConfig = `[profile robin]
region = us-east-1

[profile secure]
role_arn = arn:aws:iam::210987654321:role/Secure
source_profile = robin
mfa_serial = ` + robinsPhone + `
role_session_name = mfa
region = us-east-1

[profile partner]
role_arn = arn:aws:iam::210987654321:role/Partner
source_profile = robin
external_id = partner-2026
duration_seconds = 7200
role_session_name = long
region = us-east-1

[profile web]
role_arn = arn:aws:iam::123456789012:role/Pipeline
web_identity_token_file = TOKEN
role_session_name = web
region = us-east-1
`

// newRolesHome returns a home with the profiles of rolesConfig.
func newRolesHome(t *testing.T) *home {
	t.Helper()
	c := emulator.BuiltIn()
	c.Roles = append(c.Roles, emulator.Role{
		Account: "210987654321", Name: "Partner", Trusts: []string{robin}, ExternalID: "partner-2026", MaxSession: 2 * time.Hour,
	})
	h := newHome(t, setup{"roles", rolesConfig, ""}, c)
	h.writeConfig(t, strings.Replace(rolesConfig, "TOKEN", h.path("token"), 1))
	u := c.IAMUsers[0]
	for file, text := range map[string]string{
		h.path(".aws", "credentials"): "[robin]\naws_access_key_id = " + u.AccessKeyID + "\naws_secret_access_key = " + u.SecretAccessKey + "\n",
		h.path("token"):               h.srv.WebIdentityToken("repo:example/app", "sts.amazonaws.com", time.Hour),
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// lastRole returns the last request to assume a role.
func (h *home) lastRole(t *testing.T) emulator.RequestRecord {
	t.Helper()
	for _, r := range slices.Backward(h.srv.Requests()) {
		if r.AssumeRole != nil {
			return r
		}
	}
	t.Fatal("no role was assumed")
	return emulator.RequestRecord{}
}

func TestAssumeRoleWithAccessKey(t *testing.T) {
	t.Parallel()
	h := newRolesHome(t)
	for _, tt := range []struct {
		profile, arn, caller string
		want                 emulator.AssumeRoleRecord
	}{
		{"partner", "arn:aws:sts::210987654321:assumed-role/Partner/long", robin, emulator.AssumeRoleRecord{
			RoleARN: "arn:aws:iam::210987654321:role/Partner", SessionName: "long", ExternalID: "partner-2026", DurationSeconds: 7200,
		}},
		{"web", "arn:aws:sts::123456789012:assumed-role/Pipeline/web", "repo:example/app", emulator.AssumeRoleRecord{
			RoleARN: "arn:aws:iam::123456789012:role/Pipeline", SessionName: "web",
		}},
	} {
		t.Run(tt.profile, func(t *testing.T) {
			each(t, others(everyClient()), func(t *testing.T, c client) {
				if c.process != nil {
					c.identity = c.process
				}
				h.forget(t)
				var got identity
				h.run(t, c.whoami(tt.profile)).decode(t, &got)
				last := h.lastRole(t)
				sent := *last.AssumeRole
				if tt.want.DurationSeconds == 0 {
					sent.DurationSeconds = 0 // some SDKs send their default
				}
				if diff := cmp.Diff(tt.want, sent); diff != "" || got.Arn != tt.arn || last.Caller != tt.caller {
					t.Errorf("%+v by %s: %s", got, last.Caller, diff)
				}
			})
		})
	}
}

// forget removes the cached role credentials, which the AWS CLIs share.
func (h *home) forget(t *testing.T) {
	t.Helper()
	if err := os.RemoveAll(h.path(".aws", "cli")); err != nil {
		t.Fatal(err)
	}
}

func TestAssumeRoleWithMFA(t *testing.T) {
	t.Parallel()
	h := newRolesHome(t)
	python := which(func(c client) bool { return c.python })
	each(t, python, func(t *testing.T, c client) {
		h.forget(t)
		h.srv.Advance(2 * time.Minute) // for fresh codes
		code, err := h.srv.MFACode(robinsPhone)
		if err != nil {
			t.Fatal(err)
		}
		out, ok := h.answer(t, c.whoami("secure"), "Enter MFA code for "+robinsPhone+": ", code)
		var got identity
		if err := json.Unmarshal([]byte(out), &got); err != nil || !ok || got.Arn != "arn:aws:sts::210987654321:assumed-role/Secure/mfa" {
			t.Errorf("%v: %s", err, out)
		}
		if last := h.lastRole(t); last.AssumeRole.SerialNumber != robinsPhone || last.Caller != robin {
			t.Errorf("%+v", last)
		}
		h.forget(t)
		out, ok = h.answer(t, c.whoami("secure"), "Enter MFA code for "+robinsPhone+": ", code)
		if ok || !strings.Contains(out, "(AccessDenied) when calling the AssumeRole operation: MultiFactorAuthentication failed with invalid MFA one time pass code. ") {
			t.Errorf("the code works twice: %s", out)
		}
	})
}

// answer runs the command in a terminal, waits for the prompt, types the line, and returns the
// output after the line. ok reports whether the command succeeded.
func (h *home) answer(t *testing.T, command invocation, prompt, line string) (output string, ok bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), command.args[0], command.args[1:]...)
	cmd.Dir, cmd.Env = h.dir, h.env(command)
	tty, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	var screen strings.Builder
	buf := make([]byte, 4096)
	typed := false
	for {
		n, err := tty.Read(buf)
		screen.Write(buf[:n])
		if _, after, found := strings.Cut(screen.String(), prompt); found && !typed {
			typed = true
			if _, err := io.WriteString(tty, line+"\n"); err != nil {
				t.Fatal(err)
			}
			screen.Reset()
			screen.WriteString(after)
		}
		if err != nil { // the command closed the terminal
			break
		}
	}
	err = cmd.Wait()
	if !typed {
		t.Errorf("no prompt %q in %s", prompt, screen.String())
	}
	return screen.String(), err == nil
}
