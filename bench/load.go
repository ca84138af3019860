package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// The load on the emulator, and the duration of each measurement.
const (
	fewSessions, manySessions = 10, 10_000
	fewAccounts, manyAccounts = 10, 10_000
	loadTime                  = 2 * time.Second
)

// A crowd is an emulator with a number of signed-in sessions.
type crowd struct {
	sessions, accounts int

	service    *service
	tokens     []string
	perSession int64 // memory of a session in bytes
	account    string
	role       string
}

// load prints how many requests the emulator answers in a second, and the memory of a session. It
// does so for few and for many sessions and accounts. The cost of a request should depend on
// neither number.
func load(w *report) error {
	text := "emulator\trole credentials/s\taccount pages/s\tmemory/session\n"
	for _, c := range []*crowd{
		{sessions: fewSessions, accounts: fewAccounts},
		{sessions: manySessions, accounts: fewAccounts},
		{sessions: fewSessions, accounts: manyAccounts},
	} {
		if err := c.gather(); err != nil {
			return err
		}
		roles, err := c.rate("/federation/credentials?role_name=" + c.role + "&account_id=" + c.account)
		if err != nil {
			return err
		}
		pages, err := c.rate("/assignment/accounts?max_result=10")
		if err != nil {
			return err
		}
		c.service.close()
		memory := "-"
		if c.sessions == manySessions {
			memory = fmt.Sprintf("%d bytes", c.perSession)
		}
		w.info(fmt.Sprintf("emulator: %d sessions, %d accounts", c.sessions, c.accounts), fmt.Sprintf("%.0f role credentials/s, %.0f pages/s", roles, pages))
		text += fmt.Sprintf("%d sessions, %d accounts\t%.0f\t%.0f\t%s\n", c.sessions, c.accounts, roles, pages, memory)
	}
	return printTable(w, "\n"+text)
}

// gather starts the emulator and creates the sessions by device code.
func (c *crowd) gather() error {
	config, err := emulator.Generate(c.accounts, 2)
	if err != nil {
		return err
	}
	c.account, c.role = config.Accounts[0].ID, config.PermissionSets[0].Name
	if c.service, err = serve(config); err != nil {
		return err
	}
	var client struct{ ClientID, ClientSecret string }
	if err := c.post("/client/register", map[string]any{
		"clientName": "bench", "clientType": "public", "scopes": []string{"sso:account:access"},
	}, &client); err != nil {
		return err
	}
	before := heap()
	for range c.sessions {
		var device struct{ DeviceCode, UserCode string }
		if err := c.post("/device_authorization", map[string]any{
			"clientId": client.ClientID, "clientSecret": client.ClientSecret, "startUrl": c.service.StartURL(),
		}, &device); err != nil {
			return err
		}
		if err := c.service.Approve(device.UserCode, config.Users[0].Name); err != nil {
			return err
		}
		var token struct{ AccessToken string }
		if err := c.post("/token", map[string]any{
			"clientId": client.ClientID, "clientSecret": client.ClientSecret, "deviceCode": device.DeviceCode,
			"grantType": "urn:ietf:params:oauth:grant-type:device_code",
		}, &token); err != nil {
			return err
		}
		c.tokens = append(c.tokens, token.AccessToken)
	}
	c.perSession = (heap() - before) / int64(c.sessions)
	return nil
}

// heap returns the bytes of memory in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func (c *crowd) post(path string, body, reply any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	resp, err := http.Post(c.service.url+path, "application/json", bytes.NewReader(data)) //nolint:noctx // this is a benchmark on loopback
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("POST %s: %s", path, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(reply)
}

// rate sends requests for path with the tokens of all sessions in turn, over one connection for
// each core. It returns the number of answers in a second.
func (c *crowd) rate(path string) (float64, error) {
	var done atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	start := time.Now()
	for worker := range runtime.NumCPU() {
		wg.Go(func() {
			for i := worker; time.Since(start) < loadTime && failed.Load() == nil; i += runtime.NumCPU() {
				if err := c.get(path, c.tokens[i%len(c.tokens)]); err != nil {
					failed.Store(&err)
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(done.Load()) / time.Since(start).Seconds(), nil
}

func (c *crowd) get(path, token string) error {
	req, err := http.NewRequest(http.MethodGet, c.service.url+path, nil) //nolint:noctx // this is a benchmark on loopback
	if err != nil {
		return err
	}
	req.Header.Set("X-Amz-Sso_bearer_token", token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s %w", path, resp.Status, err)
	}
	return nil
}
