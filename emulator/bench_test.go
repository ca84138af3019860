package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

func jsonField(t testing.TB, w *httptest.ResponseRecorder, name string) string {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatalf("status %d, body %s: %v", w.Code, w.Body, err)
	}
	s, ok := out[name].(string)
	if !ok {
		t.Fatalf("no field %s in the response: status %d, body %s", name, w.Code, w.Body)
	}
	return s
}

// deviceLogin signs the user in with a device code and returns the tokens.
func deviceLogin(t testing.TB, e *emulator.Emulator, id, secret, user string) (access, refresh string) {
	t.Helper()
	dev := post(e, "/device_authorization", fmt.Sprintf(`{"clientId":%q,"clientSecret":%q,"startUrl":%q}`, id, secret, e.StartURL()))
	if err := e.Approve(jsonField(t, dev, "userCode"), user); err != nil {
		t.Fatal(err)
	}
	w := post(e, "/token", fmt.Sprintf(`{"clientId":%q,"clientSecret":%q,"grantType":%q,"deviceCode":%q}`, id, secret, grantDevice, jsonField(t, dev, "deviceCode")))
	return jsonField(t, w, "accessToken"), jsonField(t, w, "refreshToken")
}

// The time of a request must be about the same in all rows.
func BenchmarkGetRoleCredentials(b *testing.B) {
	for _, accounts := range []int{10, 10_000} {
		for _, sessions := range []int{1, 10_000} {
			b.Run(fmt.Sprintf("accounts=%d/sessions=%d", accounts, sessions), func(b *testing.B) {
				c, err := emulator.Generate(accounts, 10)
				if err != nil {
					b.Fatal(err)
				}
				e, err := emulator.New(c)
				if err != nil {
					b.Fatal(err)
				}
				id, secret := registerAt(b, e)
				before := heap()
				access := ""
				for range sessions {
					access, _ = deviceLogin(b, e, id, secret, "jane")
				}
				perSession := float64(heap()-before) / float64(sessions)
				r := httptest.NewRequest("GET", "/federation/credentials?account_id=111122223333&role_name=AdministratorAccess", nil)
				r.Header.Set("x-amz-sso_bearer_token", access)
				for b.Loop() {
					w := httptest.NewRecorder()
					e.ServeHTTP(w, r)
					if w.Code != 200 {
						b.Fatal(w.Code, w.Body)
					}
				}
				if sessions > 1 {
					b.ReportMetric(perSession, "B/session")
				}
			})
		}
	}
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func BenchmarkRefresh(b *testing.B) {
	e, err := emulator.New(emulator.Config{})
	if err != nil {
		b.Fatal(err)
	}
	id, secret := registerAt(b, e)
	_, refresh := deviceLogin(b, e, id, secret, "jane")
	for b.Loop() {
		w := post(e, "/token", fmt.Sprintf(`{"clientId":%q,"clientSecret":%q,"grantType":"refresh_token","refreshToken":%q}`, id, secret, refresh))
		refresh = jsonField(b, w, "refreshToken")
	}
}
