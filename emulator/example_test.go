package emulator_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// Serve the built-in organization and register a client.
func Example() {
	e, err := emulator.New(emulator.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	srv := httptest.NewServer(e)
	defer srv.Close()

	body := strings.NewReader(`{"clientName":"example","clientType":"public","scopes":["sso:account:access"]}`)
	resp, err := http.Post(srv.URL+"/client/register", "application/json", body)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(resp.Status, e.Counts())
	// Output: 200 OK map[RegisterClient:1]
}

// The Date header has the time of the emulator's clock.
func ExampleEmulator_Advance() {
	e, err := emulator.New(emulator.Config{Now: func() time.Time { return time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC) }})
	if err != nil {
		fmt.Println(err)
		return
	}
	e.Advance(8 * time.Hour)
	w := httptest.NewRecorder()
	e.ServeHTTP(w, httptest.NewRequest("GET", "/start/signin", nil))
	fmt.Println(w.Header().Get("Date"))
	// Output: Sat, 31 Jan 2026 20:00:00 GMT
}

// The emulator throttles the first two listings.
func ExampleEmulator_AddFault() {
	e, err := emulator.New(emulator.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	e.AddFault(emulator.Fault{Operation: "ListAccounts", Count: 2, Status: http.StatusTooManyRequests})
	for range 3 {
		w := httptest.NewRecorder()
		e.ServeHTTP(w, httptest.NewRequest("GET", "/assignment/accounts", nil))
		fmt.Println(w.Code, w.Header().Get("x-amzn-ErrorType"))
	}
	// Output:
	// 429 TooManyRequestsException
	// 429 TooManyRequestsException
	// 401 UnauthorizedException
}
