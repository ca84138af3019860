// Conversion of blobs and times to the types that package model defines.

package arg

import (
	"encoding/base64"
	"math"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// decodeBlobs replaces each text of a blob by the bytes.
func (p *parser) decodeBlobs(v any, s *model.Shape) (any, error) {
	return walk(v, s, func(v any, s *model.Shape) (any, error) {
		text, ok := v.(string)
		switch {
		case !ok || s.Kind != model.Blob:
			return v, nil
		case p.o.BinaryFormat == "raw-in-base64-out":
			return rawFile(text), nil
		}
		return decodeBase64(text)
	})
}

// decodeBase64 decodes base64 like Python: it ignores characters outside the alphabet, and all
// text after the padding.
func decodeBase64(text string) (any, error) {
	wrong := &ValueError{`Invalid base64: "` + text + `"`}
	var chars []byte
	padding := 0
	for i := range len(text) {
		switch c := text[i]; {
		case c >= 0x80:
			return nil, &ValueError{"string argument should contain only ASCII characters"}
		case c == '=':
			if padding++; len(chars)%4 >= 2 && len(chars)%4+padding >= 4 {
				b, err := base64.RawStdEncoding.DecodeString(string(chars))
				return rawFile(b), err
			}
		case isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '+' || c == '/':
			chars = append(chars, c)
			padding = 0
		}
	}
	if len(chars)%4 != 0 {
		return nil, wrong
	}
	b, err := base64.RawStdEncoding.DecodeString(string(chars))
	if err != nil {
		return nil, wrong
	}
	return rawFile(b), nil
}

// normalize converts blobs and times to the types that package model defines. The input must be
// valid.
func normalize(v any, s *model.Shape) any {
	v, _ = walk(v, s, func(v any, s *model.Shape) (any, error) {
		switch s.Kind {
		case model.Blob:
			if b, ok := v.(rawFile); ok {
				return base64.StdEncoding.EncodeToString(b), nil
			}
		case model.Timestamp:
			if t, ok := timeOf(v); ok {
				return t.UTC().Format("2006-01-02T15:04:05.999999Z07:00"), nil
			}
		case model.Integer, model.Long:
			switch v { // in Python, booleans are numbers
			case true:
				return int64(1), nil
			case false:
				return int64(0), nil
			}
		}
		return v, nil
	}) // this function returns no error
	return v
}

// walk calls replace for each value in v that is not a list or an object. If a list or an object
// does not have the type of its shape, walk does not change it.
func walk(v any, s *model.Shape, replace func(any, *model.Shape) (any, error)) (any, error) {
	if s.Document {
		return v, nil
	}
	switch v := v.(type) {
	case []any:
		if s.Kind != model.List {
			return v, nil
		}
		for i := range v {
			var err error
			if v[i], err = walk(v[i], s.Element.Shape, replace); err != nil {
				return nil, err
			}
		}
		return v, nil
	case *document.Object:
		return walkObject(v, s, replace)
	}
	return replace(v, s)
}

func walkObject(v *document.Object, s *model.Shape, replace func(any, *model.Shape) (any, error)) (any, error) {
	if s.Kind != model.Structure && s.Kind != model.Map {
		return v, nil
	}
	shapes := make(map[string]*model.Shape, len(s.Members))
	for _, m := range s.Members {
		shapes[m.Name] = m.Shape
	}
	for name, value := range copyOf(v).All() {
		part := shapes[name]
		if s.Kind == model.Map {
			part = s.Value.Shape
		}
		if part == nil {
			continue
		}
		value, err := walk(value, part, replace)
		if err != nil {
			return nil, err
		}
		v.Set(name, value)
	}
	return v, nil
}

// layouts lists the time formats that this package accepts. The AWS CLI accepts more formats.
var layouts = [...]string{
	"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05-07", "2006-01-02T15:04:05",
	"2006-01-02T15:04Z07:00", "2006-01-02T15:04-0700", "2006-01-02T15:04", "2006-01-02T15",
	"2006-01-02", "2006-01", "20060102T150405Z0700", "20060102T150405", "20060102150405",
	"2006/01/02T15:04:05", "2006/01/02T15:04", "2006/01/02",
	time.RFC1123, time.RFC1123Z, time.RFC822, time.RFC822Z, time.RFC850, time.ANSIC, time.UnixDate,
	"2 Jan 2006 15:04:05 MST", "2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05", "2 Jan 2006", "Jan 2 2006", "Jan 2, 2006",
}

// timeOf converts a value to a time.
func timeOf(v any) (time.Time, bool) {
	switch v := v.(type) {
	case string:
		return parseTime(v)
	case int64:
		return epoch(float64(v))
	case float64:
		return epoch(v)
	case bool: // in Python, a boolean is a number
		if v {
			return epoch(1)
		}
		return epoch(0)
	}
	return time.Time{}, false
}

// parseTime reads a time: seconds since 1970, or one of the layouts. A time without a zone is in
// UTC, as in the AWS CLI.
func parseTime(s string) (time.Time, bool) {
	if f, err := parseFloat(s); err == nil {
		return epoch(f)
	}
	s = strings.TrimFunc(s, isSpace)
	// An ISO 8601 date may have a space before the time and before the zone.
	iso := s
	if len(s) > 11 && s[10] == ' ' {
		iso = s[:10] + "T" + strings.ReplaceAll(s[11:], " ", "")
	}
	iso = strings.ToUpper(iso)
	for _, layout := range layouts {
		for _, text := range []string{iso, s} {
			if t, err := time.Parse(layout, text); err == nil {
				return t, true
			}
		}
	}
	return time.Time{}, false
}

// epoch returns the time at a number of seconds after 1970, rounded to microseconds. ok is false
// outside of Python's years 1 to 9999.
func epoch(seconds float64) (time.Time, bool) {
	if math.IsNaN(seconds) || seconds < -62135596800 || seconds > 253402300799 {
		return time.Time{}, false
	}
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(math.RoundToEven(fraction*1e6))*1e3).UTC(), true
}
