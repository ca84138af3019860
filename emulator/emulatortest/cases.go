package emulatortest

import (
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// elapsed returns a Config whose access tokens expire at once for clients. The server still
// accepts these tokens. So a case can test the refresh without a wait.
func elapsed() emulator.Config {
	now := time.Now()
	return emulator.Config{TokenLifetime: time.Millisecond, Now: func() time.Time { return now }}
}

// cases returns the conformance suite.
func cases() []conformanceCase {
	return []conformanceCase{
		{"SignsIn", emulator.Config{}, func(a *attempt) {
			a.login()
			a.works()
			a.atMost(1, "RegisterClient")
		}},
		{"NeedsASignIn", emulator.Config{}, func(a *attempt) {
			a.fails(account, role)
		}},
		{"IsRefused", emulator.Config{}, func(a *attempt) {
			err := a.client.Login(a.ctx, func(address string) error { return a.srv.Refuse(a.ctx, address, "jane") })
			if err == nil {
				a.Error("Login succeeded, although the user denied the request")
			}
			a.fails(account, role)
		}},
		{"RefreshesSilently", elapsed(), func(a *attempt) {
			a.login()
			a.srv.ResetCounts()
			a.works()
			if a.srv.Count("CreateToken:refresh_token") == 0 {
				a.Error("the client did not refresh the expired token")
			}
		}},
		{"KeepsTheNewRefreshToken", elapsed(), func(a *attempt) {
			// The server accepts each refresh token once, and treats a second use as theft. So
			// this call fails if the client stores the wrong token.
			a.login()
			for range 4 {
				a.works()
				a.srv.ExpireAccessTokens()
			}
		}},
		{"SurvivesOneFailedRefresh", elapsed(), func(a *attempt) {
			a.login()
			a.srv.AddFault(emulator.Fault{Operation: "CreateToken:refresh_token", Count: 1, Status: 500})
			a.works()
		}},
		{"SurvivesThrottling", emulator.Config{}, func(a *attempt) {
			a.login()
			a.srv.AddFault(emulator.Fault{Operation: "GetRoleCredentials", Count: 1, Status: 429})
			a.works()
		}},
		{"SurvivesADroppedConnection", emulator.Config{}, func(a *attempt) {
			a.login()
			a.srv.AddFault(emulator.Fault{Operation: "GetRoleCredentials", Count: 1, Drop: true})
			a.works()
		}},
		{"ReportsMissingAccess", emulator.Config{}, func(a *attempt) {
			a.login()
			a.srv.ResetCounts()
			a.fails("444455556666", role)
			a.atMost(1, "GetRoleCredentials")
			a.works() // the session is still valid
		}},
		{"ReportsAnEndedSession", emulator.Config{}, func(a *attempt) {
			a.login()
			a.srv.RevokeSessions("jane")
			a.srv.ResetCounts()
			a.fails(account, role)
			a.atMost(2, "GetRoleCredentials")
			a.atMost(2, "CreateToken:refresh_token")
		}},
		{"ReportsAnEndedSessionAfterExpiry", elapsed(), func(a *attempt) {
			a.login()
			a.srv.RevokeSessions("jane")
			a.srv.ResetCounts()
			a.fails(account, role)
			a.atMost(2, "CreateToken:refresh_token")
		}},
		{"SignsInAgain", emulator.Config{}, func(a *attempt) {
			a.login()
			a.srv.RevokeSessions("jane")
			a.login()
			a.works()
		}},
		{"SignsOut", emulator.Config{}, func(a *attempt) {
			a.login()
			if err := a.client.Logout(a.ctx); err != nil {
				a.Errorf("logout: %v", err)
			}
			if a.srv.Count("Logout") == 0 {
				a.Error("the client did not sign out on the server")
			}
			a.fails(account, role)
		}},
		{"GivesUpWhenNobodyComes", emulator.Config{DeviceCodeLifetime: 2 * time.Second}, func(a *attempt) {
			if err := a.client.Login(a.ctx, func(string) error { return errNoUser }); err == nil {
				a.Error("Login succeeded, although no user signed in")
			}
		}},
	}
}
