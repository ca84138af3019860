package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// The profile that the peers use, and its role, in the organization of the emulator.
const (
	peerProfile = "account1-AdministratorAccess"
	peerAccount = "111122223333"
	peerRole    = "AdministratorAccess"
	peerStart   = "https://d-1234567890.awsapps.com/start"
	peerRegion  = "us-east-1"
)

// A peer is another program that prints cached role credentials, as "sso get-credentials" does. It
// cannot send its requests to another endpoint, so it runs behind the proxy of the emulator.
type peer struct {
	program string
	files   map[string]string // below the home folder, with their contents
	env     []string
	signIn  [][]string // commands to sign in. The first run of get can also sign in
	get     []string
}

// peers returns the peers that bench knows.
func peers(home, browser string) []peer {
	return []peer{
		{
			program: "aws-vault",
			env:     []string{"AWS_VAULT_BACKEND=file", "AWS_VAULT_FILE_PASSPHRASE=x", "AWS_VAULT_FILE_DIR=" + filepath.Join(home, ".awsvault")},
			get:     []string{"export", "--format=json", peerProfile},
		},
		{
			program: "granted",
			files: map[string]string{".granted/config": fmt.Sprintf("DefaultBrowser = \"STDOUT\"\n[Keyring]\nBackend = \"file\"\nFileDir = %q\n",
				filepath.Join(home, ".granted", "keys"))},
			env: []string{"CF_KEYRING_FILE_PASSWORD=x", "GRANTED_ALIAS_CONFIGURED=true"},
			signIn: [][]string{
				{"sso", "login", "--sso-start-url", peerStart, "--sso-region", peerRegion},
				{"sso", "populate", "--sso-region", peerRegion, peerStart},
			},
			get: []string{"credential-process", "--profile", "account1/" + peerRole},
		},
		{
			program: "aws-sso",
			files: map[string]string{".config/aws-sso/config.yaml": fmt.Sprintf("SSOConfig:\n  Default:\n    SSORegion: %s\n    StartUrl: %s\n"+
				"DefaultSSO: Default\nDefaultRegion: %s\nSecureStore: json\nJsonStore: %q\nUrlAction: exec\nUrlExecCommand: [%q, \"%%s\"]\n",
				peerRegion, peerStart, peerRegion, filepath.Join(home, ".config", "aws-sso", "secure.json"), browser)},
			signIn: [][]string{{"login"}},
			get:    []string{"process", "--arn", "arn:aws:iam::" + peerAccount + ":role/" + peerRole},
		},
	}
}

// A peerResult is what the process behind the proxy has measured of one program.
type peerResult struct {
	Name   string
	Median time.Duration
	Note   string // why the program is left out
}

// besidePeers compares lanyard with its peers on PATH. It runs bench again behind the proxy of an
// emulator.
func besidePeers(r *report, o options, p programs) error {
	var names []string
	installed := false
	for _, peer := range peers("", "") {
		names = append(names, peer.program)
		if _, err := exec.LookPath(peer.program); err == nil {
			installed = true
		}
	}
	if !installed {
		_, err := fmt.Fprintf(r, "\nThe peers are left out: none of %s is on PATH.\n", strings.Join(names, ", "))
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(p.static, "emulator", "run", "--proxy", "--admin", "--auto-approve", "jane", "--",
		self, "-n", fmt.Sprint(max(o.runs/2, 3)), "-inside", p.static)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("peers: %w\n%s", err, stderr.Bytes())
	}
	var results []peerResult
	if err := json.Unmarshal(out, &results); err != nil {
		return fmt.Errorf("peers: %w", err)
	}
	return printPeers(r, results)
}

// printPeers prints the results. The first result is lanyard's.
func printPeers(r *report, results []peerResult) error {
	text := "\ncached credentials from peers\ttime\tx lanyard\n"
	notes := ""
	for i, p := range results {
		if p.Note != "" {
			notes += fmt.Sprintf("%s is left out: %s\n", p.Name, p.Note)
			continue
		}
		times := float64(p.Median) / float64(results[0].Median)
		text += fmt.Sprintf("%s\t%v\t%.1f\n", p.Name, p.Median.Round(10*time.Microsecond), times)
		if i > 0 {
			r.info("peer: "+p.Name, fmt.Sprintf("%.1f x lanyard", times))
		}
	}
	if err := printTable(r, text); err != nil {
		return err
	}
	_, err := io.WriteString(r, notes)
	return err
}

// insidePeers signs in with each peer, and measures the peers and lanyard in turn. It writes the
// results to w as JSON.
func insidePeers(w io.Writer, o options, lanyard string) error {
	home := os.Getenv("HOME")
	env := slices.DeleteFunc(os.Environ(), func(kv string) bool { return strings.HasPrefix(kv, "AWS_PROFILE=") })
	all := []*contestant{{name: "lanyard sso get-credentials", argv: []string{lanyard, "sso", "get-credentials", "--profile", peerProfile}, env: env}}
	login := contestant{argv: []string{lanyard, "sso", "login", "--profile", peerProfile}, env: env}
	err := login.run(false)
	if err == nil {
		err = all[0].run(false)
	}
	if err != nil {
		return err
	}
	var left []peerResult
	for _, p := range peers(home, os.Getenv("BROWSER")) {
		c, err := p.prepare(home, env)
		if err != nil {
			left = append(left, peerResult{Name: p.program, Note: err.Error()})
			continue
		}
		all = append(all, c)
	}
	if err := race(all, o.runs); err != nil {
		return err
	}
	var results []peerResult
	for _, c := range all {
		results = append(results, peerResult{Name: c.name, Median: median(c.times)})
	}
	return json.NewEncoder(w).Encode(append(results, left...))
}

// prepare signs in, and gets the credentials once. An answer from the cache makes no request, so
// prepare returns an error if the second answer makes one.
func (p peer) prepare(home string, env []string) (*contestant, error) {
	path, err := exec.LookPath(p.program)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(p.files)) {
		file := filepath.Join(home, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(file, []byte(p.files[name]), 0o600); err != nil {
			return nil, err
		}
	}
	c := &contestant{name: p.program + " " + p.get[0], argv: append([]string{path}, p.get...), env: append(slices.Clone(env), p.env...)}
	for _, args := range p.signIn {
		step := contestant{argv: append([]string{path}, args...), env: c.env}
		if err := step.run(false); err != nil {
			return nil, err
		}
	}
	if err := c.run(false); err != nil {
		return nil, err
	}
	before, err := requests()
	if err == nil {
		err = c.run(false)
	}
	if err != nil {
		return nil, err
	}
	after, err := requests()
	if err == nil && before != after {
		err = fmt.Errorf("it makes requests for each answer: %s before, and %s after", before, after)
	}
	return c, err
}

// requests returns the counters of the emulator, as JSON.
func requests() (string, error) {
	req, err := http.NewRequest(http.MethodGet, os.Getenv("LANYARD_EMULATOR_URL")+"/_emulator/counts", http.NoBody) //nolint:noctx // this is a benchmark on loopback
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+os.Getenv("LANYARD_EMULATOR_ADMIN_TOKEN"))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("the counters of the emulator: %s", resp.Status)
	}
	return strings.TrimSpace(string(body)), err
}
