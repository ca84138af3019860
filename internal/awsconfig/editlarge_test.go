package awsconfig

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// The time of an edit must be linear in the size of the file. A quadratic edit would take
// minutes in this test.
func TestChangesOfLargeFiles(t *testing.T) {
	const n = 100_000
	repeat := func(format string) string {
		var b strings.Builder
		for i := range n {
			if strings.Contains(format, "%") {
				fmt.Fprintf(&b, format, i)
			} else {
				b.WriteString(format)
			}
		}
		return b.String()
	}
	head := "[default]\nregion = x\n[profile dev]\nregion = x\n"
	set := func(key, sub string) Change {
		return Change{Kind: Profile, Name: "dev", Key: key, Sub: sub, Value: "new"}
	}
	remove := func(key, sub string) Change {
		return Change{Kind: Profile, Name: "dev", Key: key, Sub: sub, Remove: true}
	}
	for name, tt := range map[string]struct {
		content string
		changes []Change
	}{
		"nested keys":           {head + "s3 =\n" + repeat("  k%d = v\n"), []Change{set("s3", "k5"), set("s3", "new"), remove("s3", "k7"), set("region", "")}},
		"nested keys on a line": {head + "s3 =\n  " + repeat("k%d = v\f") + "\n", []Change{set("region", ""), set("s3", "new")}},
		"one nested key":        {head + "s3 =\n" + repeat("  k = v\n") + "  l = v\n", []Change{set("region", ""), remove("s3", "k")}},
		"keys":                  {head + repeat("k%d = v\n"), []Change{set("k5", ""), set("new", ""), remove("k7", "")}},
		"one key":               {head + repeat("k = v\n"), []Change{set("k", "")}},
		"one key, removed":      {head + repeat("k = v\n"), []Change{remove("k", "")}},
		"sections":              {head + repeat("[profile p%d]\nk = v\n"), []Change{set("region", ""), set("new", "")}},
		"inherited keys":        {"[DEFAULT]\n" + repeat("k%d = v\n") + head, []Change{set("region", ""), set("new", "")}},
		"lines of one value":    {head + "k = v\n" + repeat("  v\n"), []Change{set("region", ""), set("k", "")}},
		"comments":              {head + "k = v\n" + repeat("# c\n"), []Change{set("region", ""), set("new", "")}},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			edited, err := Edit("config", []byte(tt.content), false, tt.changes...)
			if err != nil {
				t.Fatal(err)
			}
			sections, _, err := NewDoc("config", false, string(edited)).All()
			if err != nil || len(sections) < 2 {
				t.Errorf("%d sections, %v; want at least 2", len(sections), err)
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("it took %v, want at most 20 s", took)
			}
		})
	}
}
