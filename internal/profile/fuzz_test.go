package profile

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// For any file, an error is an *Error with an exit code. Without an error, an SSO profile is
// complete.
func FuzzResolve(f *testing.F) {
	f.Add(guide, "", "account1-admin")
	f.Add(corp, "[dev]\nsso_refresh_window = 5", "dev")
	f.Fuzz(func(t *testing.T, config, credentials, name string) {
		in := inputsWith(config, credentials, "AWS_PROFILE="+name)
		p, _, err := Resolve(in)
		var e *Error
		switch {
		case err != nil && (!errors.As(err, &e) || e.Code == 0 || e.Msg == ""):
			t.Errorf("error %#v, want an *Error with a code and a text", err)
		case err == nil && p.Kind == SSO && (p.Session.Key() == "" || p.Session.Region == "" || len(p.AccountID) != 12):
			t.Errorf("profile %+v; want a session, a region and an account", p)
		}
		if p != nil {
			_, _ = p.LoginSession()
			_, _ = p.Endpoint("SSO")
		}
		_, _, _ = Sessions(in)
	})
}

func BenchmarkResolve(b *testing.B) {
	for _, n := range []int{1, 10_000} {
		var config strings.Builder
		for i := range n {
			fmt.Fprintf(&config, "[profile account%05d-admin]\nsso_session = corp\nsso_account_id = %012d\nsso_role_name = Admin\n"+
				"sso_auto_refresh = true\nsso_refresh_window = 3600\nregion = us-east-1\n\n", i, i)
		}
		in := inputsWith(config.String()+corp, "", "--profile=dev")
		in.Config = awsconfig.NewDoc("config", false, config.String()+corp)
		b.Run(fmt.Sprintf("profiles=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := Resolve(in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
