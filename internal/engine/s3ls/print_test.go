package s3ls

import "testing"

func TestHarmless(t *testing.T) {
	tests := []struct{ name, want string }{
		{"plain key", "plain key"},
		{"üml/日本/👩‍💻", "üml/日本/👩‍💻"}, // U+200D only joins characters
		{"\x1b]0;title\a", "�]0;title�"},
		{"a\r\n\tb\x7f", "a���b�"},
		{"\u0085\u009b31m", "��31m"}, // the control characters of Latin-1
		{"\x9b31m", "�31m"},          // not UTF-8, but some terminals obey the byte
		{"exe.\u202etxt\u2066\u200f", "exe.�txt��"},
		{"a\u2028b\u2029", "a�b�"},
	}
	for _, tt := range tests {
		if got := harmless(tt.name); got != tt.want {
			t.Errorf("harmless(%q) = %q, want %q", tt.name, got, tt.want)
		}
	}
}
