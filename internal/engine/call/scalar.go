package call

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"time"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// An InputError is input that does not fit the operation.
type InputError struct {
	Operation string
	Reason    string
}

func (e *InputError) Error() string { return "Parameter validation failed:\n" + e.Reason }

func wrongType(operation, name string, want model.Kind, v any) error {
	return &InputError{operation, fmt.Sprintf("parameter %s: a %s is needed, not %s", name, want, describe(v))}
}

// describe names the type of a value without showing it: it may be a secret.
func describe(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case int64, *big.Int, float64:
		return "a number"
	case string:
		return "a string"
	case []any:
		return "a list"
	}
	return "a structure"
}

// scalar writes a value without parts as text.
func scalar(operation, name string, s *model.Shape, v any, format string) (string, error) {
	switch v := v.(type) {
	case string:
		switch s.Kind {
		case model.String, model.Blob: // blobs are in base64 already
			return v, nil
		case model.Timestamp:
			return inputTime(operation, name, v, format)
		}
	case bool:
		if s.Kind == model.Boolean {
			return strconv.FormatBool(v), nil
		}
	case int64:
		switch s.Kind {
		case model.Integer, model.Long, model.Float, model.Double:
			return strconv.FormatInt(v, 10), nil
		case model.Timestamp:
			return writeTime(time.Unix(v, 0), format), nil
		}
	case *big.Int:
		switch s.Kind {
		case model.Integer, model.Long, model.Float, model.Double:
			return v.String(), nil
		}
	case float64:
		switch s.Kind {
		case model.Float, model.Double:
			return number(v), nil
		case model.Timestamp:
			return writeTime(unix(v), format), nil
		}
	}
	return "", wrongType(operation, name, s.Kind, v)
}

// number writes v as JSON does.
func number(v float64) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "0" // not a number, or infinite: JSON has no such value, so neither has a document
	}
	return string(b)
}
