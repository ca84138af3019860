// The recipes of the clients: how they run, and what each step must do.

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A recipe is the block of a client on the page. It has a shell script for each step that the
// client can do.
type recipe struct {
	Preparation string
	Steps       map[string]string // by the name of the step
}

// A step is a column of the table.
type step struct {
	name  string   // of the comment in a recipe, and of the column
	cells []string // the texts that judge returns
	// judge returns the text of the cell, or "" if the step failed.
	judge func(r result) string
}

const fails = "fails"

// steps returns the steps in the order in which they run.
func steps() []step {
	return []step{
		{"sign in", []string{"PKCE", "device code"}, func(r result) string {
			switch {
			case r.added("CreateToken:authorization_code") > 0:
				return "PKCE"
			case r.added("CreateToken:device_code") > 0:
				return "device code"
			}
			return ""
		}},
		{"list accounts and roles", []string{"yes"}, func(r result) string {
			return yes(r.added("ListAccounts") > 0 && r.has("111122223333") && r.has("AdministratorAccess"))
		}},
		{"role credentials", []string{"yes"}, func(r result) string { return yes(r.After["GetRoleCredentials"] > 0 && r.has("ASIA")) }},
		{"GetCallerIdentity", []string{"yes"}, func(r result) string {
			return yes(r.added("GetCallerIdentity") > 0 && r.has(":assumed-role/AWSReservedSSO_AdministratorAccess_") && r.has("/jane"))
		}},
		{afterExpiry, []string{"refreshes", "signs in again"}, func(r result) string {
			switch signedIn := r.added("CreateToken:authorization_code") + r.added("CreateToken:device_code"); {
			case r.added("GetRoleCredentials") == 0:
				return ""
			case r.added("CreateToken:refresh_token") > 0 && signedIn == 0:
				return "refreshes"
			case signedIn > 0:
				return "signs in again"
			}
			return ""
		}},
		{"sign out", []string{"ends the session", "removes its token only"}, func(r result) string {
			if r.added("Logout") > 0 {
				return "ends the session"
			}
			return "removes its token only"
		}},
	}
}

// afterExpiry is the step that runs when the access token has expired.
const afterExpiry = "after expiry"

func yes(ok bool) string {
	if ok {
		return "yes"
	}
	return ""
}

// A result is the result of a step.
type result struct {
	Code          int
	Output        string
	Before, After map[string]int // requests by operation
}

func (r result) added(operation string) int { return r.After[operation] - r.Before[operation] }
func (r result) has(text string) bool       { return strings.Contains(r.Output, text) }

// An outcome is the results of a client by step.
type outcome struct {
	version string
	results map[string]result
}

// cell returns the text of the table for a step.
func (o *outcome) cell(s step) string {
	r, ran := o.results[s.name]
	if !ran {
		return none
	}
	if text := s.judge(r); r.Code == 0 && text != "" {
		return text
	}
	return fails
}

// row returns the row of the table.
func (o *outcome) row(c client) []string {
	by := "variables"
	if c.proxy {
		by = "proxy"
	}
	row := []string{c.name, o.version, by}
	for _, s := range steps() {
		row = append(row, o.cell(s))
	}
	return row
}

func (o *outcome) failed() bool { return o.report() != "" }

// report returns the outputs of the failed steps.
func (o *outcome) report() string {
	var b strings.Builder
	for _, s := range steps() {
		if o.cell(s) == fails {
			r := o.results[s.name]
			fmt.Fprintf(&b, "-- %s: exit code %d\n%s\nrequests before: %v\nrequests after: %v\n", s.name, r.Code, r.Output, r.Before, r.After)
		}
	}
	return b.String()
}

// jobVariable names the file of the job if this program is the program of "emulator run".
const jobVariable = "LANYARD_CLIENTS_JOB"

// A job is what the program of "emulator run" does.
type job struct {
	Recipe recipe
	Folder string // for the files of the job
	Wait   time.Duration
}

func (j job) resultFile() string { return filepath.Join(j.Folder, "results.json") }

func (j job) save() (path string, err error) {
	data, err := json.Marshal(j)
	if err != nil {
		return "", err
	}
	path = filepath.Join(j.Folder, "job.json")
	return path, os.WriteFile(path, data, 0o600)
}

func (j job) load() (map[string]result, error) {
	results := map[string]result{}
	data, err := os.ReadFile(j.resultFile())
	if err != nil {
		return nil, err
	}
	return results, json.Unmarshal(data, &results)
}

// drive runs the job of a file. All steps run in one shell, so that they share the variables of
// the preparation.
func drive(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var j job
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	sh := exec.Command("sh")
	sh.Stderr = os.Stderr
	in, err := sh.StdinPipe()
	if err != nil {
		return err
	}
	out, err := sh.StdoutPipe()
	if err != nil {
		return err
	}
	if err := sh.Start(); err != nil {
		return err
	}
	results, err := j.run(in, bufio.NewReader(out))
	if err != nil {
		_ = sh.Process.Kill()
		return errors.Join(err, sh.Wait())
	}
	if err := errors.Join(in.Close(), sh.Wait()); err != nil {
		return err
	}
	data, err = json.Marshal(results)
	if err != nil {
		return err
	}
	return os.WriteFile(j.resultFile(), data, 0o600)
}

func (j job) run(in io.Writer, out *bufio.Reader) (map[string]result, error) {
	if code, err := j.shell(in, out, "{", j.Recipe.Preparation, "} >&2"); err != nil || code != 0 {
		return nil, fmt.Errorf("preparation: exit code %d, error %w", code, err)
	}
	results := map[string]result{}
	ready := time.Now()
	for _, s := range steps() {
		script, ok := j.Recipe.Steps[s.name]
		if !ok {
			continue
		}
		switch {
		case s.name == afterExpiry && j.Wait == 0:
			continue
		case s.name == afterExpiry:
			time.Sleep(time.Until(ready.Add(j.Wait)))
		}
		var r result
		var err error
		if r.Before, err = counts(); err != nil {
			return nil, err
		}
		file := filepath.Join(j.Folder, "output")
		if r.Code, err = j.shell(in, out, "(set -e", script, ") </dev/null >'"+file+"' 2>&1"); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		if r.After, err = counts(); err != nil {
			return nil, err
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		r.Output = string(text)
		results[s.name] = r
		if s.name == "sign in" {
			ready = time.Now()
		}
	}
	return results, nil
}

// shell runs a script between two lines in the shell, and returns its exit code.
func (job) shell(in io.Writer, out *bufio.Reader, begin, script, end string) (code int, err error) {
	if _, err := fmt.Fprintf(in, "%s\n%s\n%s\necho $?\n", begin, script, end); err != nil {
		return 0, err
	}
	_, err = fmt.Fscanln(out, &code)
	return code, err
}

// counts returns the emulator's counts of requests.
func counts() (map[string]int, error) {
	req, err := http.NewRequest(http.MethodGet, os.Getenv("LANYARD_EMULATOR_URL")+"/_emulator/counts", nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+os.Getenv("LANYARD_EMULATOR_ADMIN_TOKEN"))
	resp, err := (&http.Client{Transport: &http.Transport{}}).Do(req) // without the proxy
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	out := map[string]int{}
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("counts: status %s: %w", resp.Status, err)
	}
	return out, nil
}
