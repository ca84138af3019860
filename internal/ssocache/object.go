package ssocache

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An object is the top level of a cache file: what we know and what we do not,
// which survives a rewrite.
type object map[string]json.RawMessage

func decodeObject(data []byte) (object, error) {
	var o object
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, err
	}
	if o == nil {
		return nil, fmt.Errorf("null instead of an object")
	}
	return o, nil
}

// text returns the string under key; "" where it is missing or null (one SDK
// writes nulls). A string with control characters is an error: it would go into a
// header or to a terminal.
func (o object) text(key string) (string, error) {
	raw, ok := o[key]
	if !ok || string(raw) == "null" {
		return "", nil
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", fmt.Errorf("%s is not a string", key)
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] == 0x7f { // no header may carry it
			return "", fmt.Errorf("%s has control characters", key)
		}
	}
	return s, nil
}

// time returns the date under key; the zero time where it is missing.
func (o object) time(key string) (time.Time, error) {
	s, err := o.text(key)
	if err != nil || s == "" {
		return time.Time{}, err
	}
	t, err := ParseTime(s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s is not a date", key) // in a spoilt file it may be anything, a token too
	}
	return t, nil
}

// encode writes the object on one line as Python's json.dump does, with the
// keys of first in their order and the rest behind them, sorted.
func (o object) encode(first ...string) []byte {
	rest := make([]string, 0, len(o))
	for k := range o {
		if !slices.Contains(first, k) {
			rest = append(rest, k)
		}
	}
	slices.Sort(rest)
	var b bytes.Buffer
	b.WriteByte('{')
	for _, k := range append(slices.Clone(first), rest...) {
		raw, ok := o[k]
		if !ok {
			continue
		}
		if b.Len() > 1 {
			b.WriteString(", ")
		}
		b.Write(quote(k))
		b.WriteString(": ")
		b.Write(raw)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// quote encodes s as a JSON string, leaving <, > and & readable as Python does.
func quote(s string) json.RawMessage {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// seconds returns the whole seconds under key; 0 where there are none.
func (o object) seconds(key string) time.Duration {
	n, err := strconv.ParseInt(string(o[key]), 10, 32)
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(n) * time.Second
}

// seconds encodes a duration as whole seconds.
func seconds(d time.Duration) json.RawMessage {
	return strconv.AppendInt(nil, int64(d/time.Second), 10)
}

// set puts s under key, or removes the key when s is empty: the Go SDK cannot
// read a null.
func (o object) set(key, s string) {
	if s == "" {
		delete(o, key)
		return
	}
	o[key] = quote(s)
}

// dateLayouts are the forms that tools have written; the AWS CLI takes any that
// Python's dateutil does.
var dateLayouts = [...]string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05",
	"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05",
}

// ParseTime reads a date in any of the forms that tools write.
func ParseTime(s string) (time.Time, error) {
	s = strings.TrimSuffix(strings.TrimSpace(s), " ")
	if cut, ok := strings.CutSuffix(s, "UTC"); ok { // old SDKs
		s = strings.TrimSpace(cut) + "Z"
	}
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, errors.New("not a date")
}

// FormatTime writes a date as every reader of these files accepts it: UTC,
// whole seconds, a final Z.
func FormatTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
