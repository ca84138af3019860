package emulatortest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/emulator/emulatortest"
)

func TestServer(t *testing.T) {
	srv := emulatortest.Start(t, emulator.Config{})
	srv.Advance(48 * time.Hour)
	resp, err := http.Get(srv.URL + "/start/signin")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	at, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil || time.Until(at) < 47*time.Hour {
		t.Errorf("the Date header is %v: %v", at, err)
	}
	env := strings.Join(srv.Env(), "\n")
	for _, want := range []string{"SSO", "SSO_OIDC", "STS", "S3", "EC2"} {
		if !strings.Contains(env, fmt.Sprintf("AWS_ENDPOINT_URL_%s=%s", want, srv.URL)) {
			t.Errorf("the variables %[2]s lack %[1]s", want, env)
		}
	}
}
