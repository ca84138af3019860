package main

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == browseRole {
		exit(browse(os.Args[2]))
	}
	os.Exit(m.Run())
}

func TestPicturesShowWhatTheProgramPrints(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the picture needs a Unix terminal")
	}
	t.Chdir(filepath.Join("..", ".."))
	if err := run(true); err != nil {
		t.Error(err)
	}
}

func TestScreen(t *testing.T) {
	for _, test := range []struct{ name, written, shown string }{
		{"wrap", "abcdefghijk", "abcdefghij\nk\n"},
		{"carriage return", "wait\rdone\r\n", "done\n"},
		{"erase to the end of the line", "waiting\r\x1b[Kok", "ok\n"},
		{"erase the whole line", "waiting\x1b[2K\rok", "ok\n"},
		{"up and down", "one\r\ntwo\x1b[1A\rONE\x1b[1B\rTWO", "ONE\nTWO\n"},
		{"erase to the end of the screen", "one\r\ntwo\r\nthree\x1b[2A\r\x1b[J", "\n"},
		{"columns", "ab\x1b[5Gx\x1b[2Dy\b\b\x1b[3Cz", "ab yxz\n"},
		{"colours and cursor", "\x1b[?25l\x1b[1;32mok\x1b[0m\x1b[?25h", "ok\n"},
	} {
		s := newScreen(10)
		if _, err := s.Write([]byte(test.written)); err != nil {
			t.Fatal(err)
		}
		if got := s.text(); got != test.shown {
			t.Errorf("%s: the screen shows %q, want %q", test.name, got, test.shown)
		}
	}
	s := newScreen(10)
	if _, err := s.Write([]byte("\x1b[1;32ma\x1b[22mb\x1b[0;2;4mc\x1b[mde")); err != nil {
		t.Fatal(err)
	}
	want := []style{{color: 3, bold: true}, {color: 3}, {faint: true, underline: true}, {}}
	for i, w := range want {
		if got := s.rows[0][i].style; got != w {
			t.Errorf("cell %d has the style %+v, want %+v", i, got, w)
		}
	}
}
