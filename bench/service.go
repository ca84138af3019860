package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"

	"github.com/lanyard-cli/lanyard/emulator"
)

// A service is an emulator that listens on loopback.
type service struct {
	*emulator.Emulator
	url    string
	server *http.Server
}

// serveBuiltIn serves the built-in organization. Every sign-in is jane's.
func serveBuiltIn() (*service, error) {
	config := emulator.BuiltIn()
	config.AutoApprove = "jane"
	return serve(config)
}

// serve serves the organization of a Config.
func serve(config emulator.Config) (*service, error) {
	e, err := emulator.New(config)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &service{Emulator: e, url: "http://" + l.Addr().String(), server: emulator.NewServer(e)}
	go func() {
		if err := s.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
	}()
	return s, nil
}

func (s *service) close() { _ = s.server.Close() }

// env returns the whole environment of a program in a home.
func (s *service) env(home string) []string {
	env := []string{"HOME=" + home, "USERPROFILE=" + home, "PATH=" + os.Getenv("PATH"), "AWS_PROFILE=dev", "AWS_EC2_METADATA_DISABLED=true"}
	for _, name := range []string{"SSO", "SSO_OIDC", "STS"} {
		env = append(env, "AWS_ENDPOINT_URL_"+name+"="+s.url)
	}
	return env
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+/authorize\S+`)

// signIn signs in to a session of the home with lanyard.
func (s *service) signIn(p programs, home, session string) error {
	cmd := exec.Command(p.lanyard, "sso", "login", "--no-browser", "--sso-session", session)
	var stderr bytes.Buffer // bench prints it only if the sign-in fails
	cmd.Env, cmd.Stderr = s.env(home), &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		url := address.FindString(lines.Text())
		if url == "" {
			continue
		}
		resp, err := http.Get(url)
		if err != nil {
			return err
		}
		_ = resp.Body.Close()
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("sign in: %w\n%s", err, stderr.Bytes())
	}
	return nil
}
