package emulatortest

import (
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// elapsed is a Config whose access tokens clients believe to have expired at
// once, though the server goes on accepting them: so a refresh can be seen without
// waiting for one.
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
				a.Error("the person refused, and login says that all is well")
			}
			a.fails(account, role)
		}},
		{"RefreshesSilently", elapsed(), func(a *attempt) {
			a.login()
			a.srv.ResetCounts()
			a.works()
			if a.srv.Count("CreateToken:refresh_token") == 0 {
				a.Error("the token had expired, and the client did not refresh it")
			}
		}},
		{"KeepsTheNewRefreshToken", elapsed(), func(a *attempt) {
			// The server accepts every refresh token once and takes a second use for
			// theft, so this ends when a client stores the wrong one.
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
			a.works() // the sign-in is as good as before
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
				a.Error("the client did not tell the server")
			}
			a.fails(account, role)
		}},
		{"GivesUpWhenNobodyComes", emulator.Config{DeviceCodeLifetime: 2 * time.Second}, func(a *attempt) {
			if err := a.client.Login(a.ctx, func(string) error { return errNobody }); err == nil {
				a.Error("nobody has signed in, and login says that all is well")
			}
		}},
	}
}
