package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/browser"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/loopback"
	"github.com/lanyard-cli/lanyard/internal/signin"
)

func placeChecks() []Check {
	return []Check{
		{"place", "SSH/container/WSL", "where the program runs, and whether a browser can reach it for a sign-in", checkPlace},
		{
			"credential-server", "credential server", "the URL and the token of a server for credentials (AWS_CONTAINER_…) are what the AWS SDKs accept: no host.docker.internal, no newline in the token",
			checkServer,
		},
		{"other-tools", "other tools", "no credential server of another tool gives credentials to every program; names the files that other tools have left", checkOtherTools},
	}
}

// inWSL reports whether the program runs in the Windows Subsystem for Linux.
func (p *Patient) inWSL() bool {
	if p.env("WSL_DISTRO_NAME") != "" || p.env("WSL_INTEROP") != "" {
		return true
	}
	text, err := datafile.Read(p.system("/proc/version"), datafile.Limit)
	return err == nil && bytes.Contains(bytes.ToLower(text), []byte("microsoft"))
}

// checkPlace says how a sign-in works where the program runs.
func checkPlace(_ context.Context, p *Patient) []Finding {
	browserSet := p.env("BROWSER") != "" && !browser.Declined(p.W.App.Env.Environ())
	display := p.env("DISPLAY") != "" || p.env("WAYLAND_DISPLAY") != ""
	ssh := p.env("SSH_CONNECTION") != ""
	inContainer := signin.InContainer(p.W.App, p.Root)
	switch {
	case inContainer && browserSet:
		return []Finding{ok("in a container; BROWSER opens the sign-in page")}
	case inContainer && p.allSignedIn():
		return []Finding{ok("in a container; you are signed in")}
	case inContainer:
		return []Finding{warning("in a container, a browser usually cannot reach the port for the callback of a sign-in").
			fix("sign in with a code, or paste the address of the error page, as lanyard sso login explains\nrun: lanyard sso login --use-device-code")}
	case p.inWSL() && (browserSet || p.find("wslview") != "" || p.find("rundll32.exe") != ""):
		return []Finding{ok("in WSL; the browser of Windows opens the sign-in page")}
	case p.inWSL():
		return []Finding{warning("in WSL, no browser was found").
			fix("install wslu, or set BROWSER to a browser of Windows, or sign in with a code\nrun: lanyard sso login --use-device-code")}
	case ssh && !display && !browserSet:
		return []Finding{ok("over SSH; lanyard sso login prints the ssh -L command for your own browser")}
	case ssh:
		return []Finding{ok("over SSH, with a browser")}
	}
	return []Finding{ok("on this machine")}
}

// Variables of a server for credentials: see the AWS SDKs and Tools reference, container credential
// provider.
const (
	fullURI   = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
	token     = "AWS_CONTAINER_AUTHORIZATION_TOKEN"      //nolint:gosec // the name of a variable
	tokenFile = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE" //nolint:gosec // the name of a variable
)

// checkServer checks the variables that name a server for credentials.
func checkServer(_ context.Context, p *Patient) []Finding {
	uri := p.env(fullURI)
	if uri == "" && p.env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") == "" && p.env(tokenFile) == "" {
		return []Finding{ok("no variable names one")}
	}
	var found []Finding
	if uri != "" {
		found = append(found, judgeServerURL(uri)...)
	}
	if strings.ContainsAny(p.env(token), "\r\n") {
		found = append(found, problem("%s has a newline, so the AWS SDKs refuse it", token).fix("set the variable again, without the newline"))
	}
	if path := p.env(tokenFile); path != "" {
		found = append(found, judgeTokenFile(path)...)
	}
	if len(found) > 0 {
		return found
	}
	return []Finding{ok("its variables are valid")}
}

// judgeServerURL checks the URL of a server. The SDKs accept http only for a few addresses.
func judgeServerURL(text string) []Finding {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return []Finding{problem("%s is not a URL", fullURI).fix("%s", unset(fullURI))}
	}
	allowed := []string{"169.254.170.2", "169.254.170.23", "fd00:ec2::23"}
	if u.Scheme == "https" || loopback.Host(u.Hostname()) || slices.Contains(allowed, u.Hostname()) {
		return nil
	}
	return []Finding{problem("%s names %s: every AWS SDK refuses http to a host that is not this machine", fullURI, u.Hostname()).
		fix("run lanyard serve relay inside the container, and use http://127.0.0.1:PORT")}
}

// judgeTokenFile checks the file with the token of a server. The SDKs send its whole content.
func judgeTokenFile(path string) []Finding {
	content, err := datafile.Read(path, datafile.Limit)
	if err != nil {
		return []Finding{problem("%s: %v", tokenFile, err).fix("%s", unset(tokenFile))}
	}
	if !bytes.ContainsAny(content, "\r\n") {
		return nil
	}
	f := problem("the token in %s has a newline, so the AWS SDKs refuse it", path).fix("write the file without a newline: printf %%s TOKEN > FILE")
	trimmed := bytes.TrimRight(content, "\r\n")
	if bytes.ContainsAny(trimmed, "\r\n") {
		return []Finding{f}
	}
	return []Finding{f.by("remove the newline at the end of "+path, func(context.Context) error {
		now, err := datafile.Read(path, datafile.Limit)
		if err != nil || !bytes.Equal(now, content) {
			return errors.Join(err, fmt.Errorf("%s has changed", path))
		}
		return atomicfile.Write(path, trimmed, 0o600)
	})}
}

// A peerServer says what the credential server of aws-sso did with a request without a token.
type peerServer struct {
	runs, open bool
}

// askPeer asks the server for the list of its slots, which has no credentials. See
// https://github.com/synfinatic/aws-sso-cli, internal/ecs/server.
func askPeer(ctx context.Context, address string) (s peerServer) {
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/slot", http.NoBody)
	if err != nil {
		return s
	}
	resp, err := client.Do(req)
	if err != nil {
		return s
	}
	defer func() { _ = resp.Body.Close() }()
	s.runs = true
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	var slots []json.RawMessage
	s.open = err == nil && resp.StatusCode == http.StatusOK && json.Unmarshal(body, &slots) == nil
	return s
}

// leftBehind lists the files of other tools in the home folder.
func leftBehind() map[string][]string {
	return map[string][]string{
		"aws-sso":      {".aws-sso", ".config/aws-sso"},
		"aws-vault":    {".awsvault"},
		"granted":      {".granted"},
		"Leapp":        {".Leapp"},
		"aws-sso-util": {".aws/sso/aws-sso-util"},
	}
}

// checkOtherTools looks for open servers and files of other tools.
func checkOtherTools(_ context.Context, p *Patient) []Finding {
	p.slow.wait.Wait()
	if p.slow.peer.open {
		return []Finding{problem("the server at http://%s gives credentials to every program on this machine, without a token", p.PeerServer).
			fix("stop this server, or give it a token: see the documentation of aws-sso ecs\nlanyard serve ecs always needs a token")}
	}
	var tools []string
	for tool, paths := range leftBehind() {
		for _, path := range paths {
			if _, err := os.Stat(filepath.Join(p.W.Home, filepath.FromSlash(path))); err == nil && p.W.NoHome == nil {
				tools = append(tools, fmt.Sprintf("%s (~/%s)", tool, path))
			} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return []Finding{notChecked("%v", err)}
			}
		}
	}
	if len(tools) == 0 {
		return []Finding{ok("none was found")}
	}
	slices.Sort(tools)
	return []Finding{ok("files of %s; lanyard does not use them, and lanyard migrate can read their profiles", strings.Join(tools, ", "))}
}
