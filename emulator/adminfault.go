package emulator

import (
	"slices"
	"time"
)

// A faultJSON is a [Fault] as the admin API reads and writes it.
type faultJSON struct {
	Operation   string  `json:"operation,omitempty"`
	Count       int     `json:"count,omitempty"`
	Probability float64 `json:"probability,omitempty"`
	Delay       string  `json:"delay,omitempty"`
	Status      int     `json:"status,omitempty"`
	Code        string  `json:"code,omitempty"`
	Message     string  `json:"message,omitempty"`
	RetryAfter  string  `json:"retryAfter,omitempty"`
	Drop        bool    `json:"drop,omitempty"`
	After       bool    `json:"after,omitempty"`
	Truncate    bool    `json:"truncate,omitempty"`
	ContentType string  `json:"contentType,omitempty"`
}

// Faults returns the rules that are not spent, oldest first.
func (e *Emulator) Faults() []Fault {
	e.faults.mu.Lock()
	defer e.faults.mu.Unlock()
	return slices.Clone(e.faults.rules)
}

func (e *Emulator) adminFaults(*call) (any, error) {
	out := []faultJSON{}
	for _, f := range e.Faults() {
		out = append(out, faultJSON{
			Operation: f.Operation, Count: f.Count, Probability: f.Probability, Delay: lengthText(f.Delay), Status: f.Status, Code: f.Code, Message: f.Message,
			RetryAfter: lengthText(f.RetryAfter), Drop: f.Drop, After: f.After, Truncate: f.Truncate, ContentType: f.ContentType,
		})
	}
	return out, nil
}

func (e *Emulator) adminAddFault(c *call) (any, error) {
	var in faultJSON
	if err := adminDecode(c, &in); err != nil {
		return nil, err
	}
	f := Fault{
		Operation: in.Operation, Count: in.Count, Probability: in.Probability, Status: in.Status, Code: in.Code, Message: in.Message,
		Drop: in.Drop, After: in.After, Truncate: in.Truncate, ContentType: in.ContentType,
	}
	var err error
	if f.Delay, err = parseLength(in.Delay); err != nil {
		return nil, err
	}
	if f.RetryAfter, err = parseLength(in.RetryAfter); err != nil {
		return nil, err
	}
	if err := e.checkFault(f); err != nil {
		return nil, err
	}
	e.AddFault(f)
	return nil, nil
}

// parseLength reads a length of time; "" is 0.
func parseLength(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	return time.ParseDuration(text)
}

// lengthText is how parseLength reads d.
func lengthText(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}
