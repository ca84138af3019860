package agent

import "testing"

func TestLimits(t *testing.T) {
	for files, want := range map[int][2]int{
		16:      {1, 3},
		64:      {30, 3},
		256:     {180, 10},
		1024:    {756, 42},
		1 << 20: {4096, 256},
	} {
		r := newLimits(files)
		if got := [2]int{cap(r.connections), cap(r.work)}; got != want {
			t.Errorf("%d descriptors: %d connections and %d questions, want %v", files, got[0], got[1], want)
		}
	}
}
