package picker

import (
	"fmt"
	"slices"
	"testing"
)

func TestMatch(t *testing.T) {
	f := newFilter([]Item{
		{Label: "Zeta Prod, zeta@example.com (222222222222)"},
		{Label: "shown", Search: "Straße ΜΆΪΟΣ İstanbul"},
		{Label: "日本語 prod"},
	})
	tests := []struct {
		text string
		want []int
	}{
		{"", []int{0, 1, 2}},
		{"  ", []int{0, 1, 2}},
		{"PROD", []int{0, 2}},
		{"prod zeta", []int{0}},
		{"2222 zeta@", []int{0}},
		{"shown", []int{}},
		{"STRASSE", []int{1}},
		{"μάϊος", []int{1}},
		{"istanbul", []int{1}},
		{"本", []int{2}},
	}
	for _, tt := range tests {
		if got := f.match(tt.text); !slices.Equal(got, tt.want) {
			t.Errorf("%q finds %v, want %v", tt.text, got, tt.want)
		}
	}
}

func many(n int) []Item {
	list := make([]Item, n)
	for i := range list {
		list[i].Label = fmt.Sprintf("Team %d %s, owner-%d@example.com (%012d)", i, []string{"dev", "prod", "日本"}[i%3], i, 100000000000+i*7919)
	}
	return list
}

// BenchmarkKey is one key of a filter in a menu of 10,000, with the drawing.
func BenchmarkKey(b *testing.B) {
	ch := newChooser(&Console{In: nil, Out: nil}, Menu{Items: many(10_000)})
	ch.cols = 80
	for b.Loop() {
		ch.press(key{kind: keyText, text: "7"})
		ch.block.draw(ch.picture(), 0)
		ch.press(key{kind: keyBackspace})
	}
}

// BenchmarkOpen is what happens before a menu of 10,000 is shown.
func BenchmarkOpen(b *testing.B) {
	list := many(10_000)
	for b.Loop() {
		newChooser(&Console{}, Menu{Items: list})
	}
}

func items(labels ...string) []Item {
	var list []Item
	for _, l := range labels {
		list = append(list, Item{Label: l})
	}
	return list
}
