package emulator

import (
	"net/http"
	"time"
)

// Env returns the variables, as KEY=VALUE, that send the AWS CLI and the SDKs to
// an emulator at the base URL, for every service that it answers.
func Env(baseURL string) []string {
	env := []string{"AWS_EC2_METADATA_DISABLED=true"} // or they would look for credentials there as well
	for _, service := range []string{"SSO", "SSO_OIDC", "STS", "S3", "EC2"} {
		env = append(env, "AWS_ENDPOINT_URL_"+service+"="+baseURL)
	}
	return env
}

// NewServer returns a server for h with time limits that keep slow clients from
// holding connections for ever. Set its Addr, or give it a listener; keep both on
// the loopback interface.
func NewServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      2 * time.Minute, // a fault may delay an answer
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
}
