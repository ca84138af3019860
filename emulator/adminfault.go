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
		j := faultJSON{f.Operation, f.Count, f.Probability, "", f.Status, f.Code, f.Message, f.Drop, f.After, f.Truncate, f.ContentType}
		if f.Delay > 0 {
			j.Delay = f.Delay.String()
		}
		out = append(out, j)
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
	if in.Delay != "" {
		var err error
		if f.Delay, err = time.ParseDuration(in.Delay); err != nil {
			return nil, err
		}
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	e.AddFault(f)
	return nil, nil
}
