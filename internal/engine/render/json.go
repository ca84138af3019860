// JSON output like the output of Python's json module.

package render

import (
	"bufio"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

// writeJSON writes a value like Python's json.dump with an indent of four and
// ensure_ascii=False. Errors stay in the writer.
func writeJSON(w *bufio.Writer, v any) {
	writeJSONValue(w, v, 0)
	_ = w.WriteByte('\n')
}

func writeJSONValue(w *bufio.Writer, v any, depth int) {
	switch v := v.(type) {
	case []any:
		writeJSONList(w, v, depth)
	case *document.Object:
		writeJSONObject(w, v, depth)
	default:
		_, _ = w.Write(pytext.AppendJSON(w.AvailableBuffer(), v))
	}
}

func writeJSONList(w *bufio.Writer, list []any, depth int) {
	if len(list) == 0 {
		_, _ = w.WriteString("[]")
		return
	}
	_ = w.WriteByte('[')
	for i, e := range list {
		if i > 0 {
			_ = w.WriteByte(',')
		}
		jsonLine(w, depth+1)
		writeJSONValue(w, e, depth+1)
	}
	jsonLine(w, depth)
	_ = w.WriteByte(']')
}

func writeJSONObject(w *bufio.Writer, o *document.Object, depth int) {
	if o.Len() == 0 {
		_, _ = w.WriteString("{}")
		return
	}
	_ = w.WriteByte('{')
	first := true
	for name, e := range o.All() {
		if !first {
			_ = w.WriteByte(',')
		}
		first = false
		jsonLine(w, depth+1)
		_, _ = w.Write(pytext.AppendJSONString(w.AvailableBuffer(), name))
		_, _ = w.WriteString(": ")
		writeJSONValue(w, e, depth+1)
	}
	jsonLine(w, depth)
	_ = w.WriteByte('}')
}

func jsonLine(w *bufio.Writer, depth int) {
	_ = w.WriteByte('\n')
	for range depth {
		_, _ = w.WriteString("    ")
	}
}
