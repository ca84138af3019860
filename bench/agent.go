package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// watched is the number of sessions of the agent in agentMemory.
const watched = 50

// startAgent starts an agent in a home. agentEnv is the environment for programs that use the
// agent.
func startAgent(p programs, dir, name string, env []string, flags ...string) (agentEnv []string, stop func(), err error) {
	agentEnv = append(slices.Clone(env), "LANYARD_AGENT_SOCKET="+filepath.Join(dir, name+".sock"))
	call := func(args ...string) error {
		cmd := exec.Command(p.lanyard, append([]string{"agent"}, args...)...)
		cmd.Env = agentEnv
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("agent %s: %w\n%s", strings.Join(args, " "), err, out)
		}
		return nil
	}
	return agentEnv, func() { _ = call("stop", "--yes") }, call(append([]string{"start"}, flags...)...)
}

// besideAgents returns two contestants. The first contestant gets a warm answer from the
// cache while an agent runs. The second contestant gets a warm answer from an agent's memory.
func besideAgents(dir string, p programs, idc *service) (all []*contestant, stop func(), err error) {
	var stops []func()
	stop = func() {
		for _, s := range stops {
			s()
		}
	}
	for name, flags := range map[string][]string{"warm, an agent running": nil, "warm, from the agent's memory": {"--in-memory"}} {
		home, err := newHome(dir, "agent"+fmt.Sprint(len(flags)), session+profile)
		if err == nil {
			err = idc.signIn(p, home, "corp")
		}
		if err != nil {
			return nil, stop, err
		}
		env, end, err := startAgent(p, dir, filepath.Base(home), idc.env(home), flags...)
		stops = append(stops, end)
		if err != nil {
			return nil, stop, err
		}
		c := &contestant{name: name, argv: []string{p.lanyard, "sso", "get-credentials"}, env: env}
		if err := c.run(false); err != nil {
			return nil, stop, err
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *contestant) int { return strings.Compare(a.name, b.name) })
	return all, stop, nil
}

// agentMemory prints the resident memory of an agent with many sessions, before and after the
// agent has refreshed all of them.
func agentMemory(w *report, dir string, p programs, idc *service) error {
	var config strings.Builder
	for i := range watched {
		fmt.Fprintf(&config, "%s\n", strings.Replace(session, "sso-session corp", fmt.Sprint("sso-session s", i), 1))
	}
	home, err := newHome(dir, "watched", config.String()+"[profile dev]\nregion = us-east-1\n")
	if err != nil {
		return err
	}
	for i := range watched {
		if err := idc.signIn(p, home, fmt.Sprint("s", i)); err != nil {
			return err
		}
	}
	if err := spread(home, config.String()); err != nil {
		return err
	}
	env, stop, err := startAgent(p, dir, "watched", idc.env(home))
	defer stop()
	if err != nil {
		return err
	}
	fresh, err := askStatus(p, env)
	if err != nil {
		return err
	}
	idc.ResetCounts()
	for i := range watched {
		if err := setExpiry(home, fmt.Sprint("s", i), time.Now().Add(5*time.Minute)); err != nil {
			return err
		}
	}
	began := time.Now()
	for idc.Count("CreateToken") < watched {
		if time.Since(began) > time.Minute {
			return fmt.Errorf("the agent has refreshed %d of %d sessions in a minute", idc.Count("CreateToken"), watched)
		}
		time.Sleep(50 * time.Millisecond)
	}
	busy, err := askStatus(p, env)
	if err != nil {
		return err
	}
	w.info(fmt.Sprintf("memory of an agent with %d sessions", watched), fmt.Sprintf("%.1f MB, %.1f MB after it has refreshed all", float64(fresh)/(1<<20), float64(busy)/(1<<20)))
	return printTable(w, fmt.Sprintf("\nagent, %d sessions\tresident memory\nwhen it has started\t%.1f MB\nwhen it has refreshed all\t%.1f MB\n",
		watched, float64(fresh)/(1<<20), float64(busy)/(1<<20)))
}

// spread gives each session a different start URL, as if there were fifty organizations. The
// emulator has only one start URL, but a refresh request does not contain a start URL.
func spread(home, config string) error {
	const shared = "https://d-1234567890"
	for i := range watched {
		own := fmt.Sprintf("https://d-%010d", i)
		config = strings.Replace(config, shared, own, 1)
		err := rewrite(ssocache.Dir{Home: home}.TokenPath(fmt.Sprint("s", i)), func(token map[string]any) {
			token["startUrl"] = strings.Replace(token["startUrl"].(string), shared, own, 1)
		})
		if err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(home, ".aws", "config"), []byte(config), 0o600)
}

// askStatus returns the resident memory that the agent reports, in bytes.
func askStatus(p programs, env []string) (int, error) {
	cmd := exec.Command(p.lanyard, "agent", "status", "--output", "json")
	cmd.Env = env
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("agent status: %w", err)
	}
	var status struct{ MemoryBytes int }
	return status.MemoryBytes, json.Unmarshal(out, &status)
}

// expire sets the expiry of the session's token to a minute ago.
func expire(home string) error { return setExpiry(home, "corp", time.Now().Add(-time.Minute)) }

// setExpiry changes the expiry of a token in the cache.
func setExpiry(home, key string, end time.Time) error {
	return rewrite(ssocache.Dir{Home: home}.TokenPath(key), func(token map[string]any) { token["expiresAt"] = ssocache.FormatTime(end) })
}
