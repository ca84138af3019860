package picker

import "testing"

func TestTab(t *testing.T) {
	regions := []string{"eu-west-1", "us-east-1", "us-east-2", "us-west-2"}
	tests := []struct{ name, keys, want string }{ // > is Tab, < is Shift-Tab
		{"one match", "eu>", "eu-west-1"},
		{"the common beginning", "us>", "us-"},
		{"then each match", "us>>", "us-east-1"},
		{"the first again after the last", "us>>>>>", "us-east-1"},
		{"back with Shift-Tab", "us><", "us-west-2"},
		{"any case", "EU>", "eu-west-1"},
		{"no match", "ap>", "ap"},
		{"an empty line", ">>", "us-east-1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := &asker{c: &Console{}, q: &Question{Suggestions: regions}}
			for _, r := range tt.keys {
				switch r {
				case '>':
					a.press(key{kind: keyTab})
				case '<':
					a.press(key{kind: keyBackTab})
				default:
					a.press(key{kind: keyText, text: string(r)})
				}
			}
			if a.line.text != tt.want || a.line.cur != len(tt.want) {
				t.Errorf("%+v, want %q", a.line, tt.want)
			}
		})
	}
}
