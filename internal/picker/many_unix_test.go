//go:build unix

package picker

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// hundredThousand is the number of entries of a very large organization.
const hundredThousand = 100_000

// awkward holds names and numbers that organizations have, and that terminals show in unusual ways.
func awkward() []Item {
	return []Item{
		{Name: "日本支店の本番環境", ID: "000000000012"},
		{Name: "❤\ufe0f team 👩\u200d👩\u200d👧", ID: "000000000013"},
		{Name: "חשבון ייצור", ID: "000000000014"},
		{Name: "--profile", ID: "000000000015"},
		{Name: "   ", ID: "000000000016"},
		{Name: "same", ID: "000000000017"},
		{Name: "same", ID: "000000000018"},
		{Name: strings.Repeat("fifty-1234", 5), ID: "000000000019"},
		{Name: "\x1b[2J\x1b]0;title\x07\u202e", ID: "000000000020"},
	}
}

func TestMenuOfManyItems(t *testing.T) {
	list := append(many(hundredThousand), awkward()...)
	for _, cols := range []int{120, 80, 40} {
		t.Run(fmt.Sprintf("%d columns", cols), func(t *testing.T) {
			term := openTerminal(t, cols, 24)
			picked := term.chooseMany(t.Context(), Menu{Title: "Pick an account:", Items: list, Preview: func(i int) []Fact {
				return []Fact{{"account", list[i].ID + "  " + list[i].Name + "  " + list[i].Detail}}
			}})
			term.contains("1/100009")
			term.contains(">  Team 0 dev")
			for i, item := range awkward() {
				term.typeIn("\x15" + item.ID) // the last keys of the loop and these keys arrive together
				term.await("the row of "+item.ID, func(s *screen) bool {
					rows := strings.Split(s.picture(), "\n")
					return len(rows) > 2 && strings.HasPrefix(rows[1], ">") && strings.HasSuffix(rows[1], "("+item.ID+")") &&
						(cols == 40 || strings.HasPrefix(rows[len(rows)-1], "  account  "+item.ID)) &&
						!slices.ContainsFunc(rows, func(row string) bool { return width(row) >= cols })
				})
				if i%2 == 0 {
					term.typeIn("\t")
					term.contains(fmt.Sprintf("%d marked", i/2+1))
				}
			}
			term.typeIn("\x15prod owner-77777\r")
			term.repliesMany(picked, []int{hundredThousand, hundredThousand + 2, hundredThousand + 4, hundredThousand + 6, hundredThousand + 8})
			term.await("nothing", func(s *screen) bool { return strings.Trim(s.all(), "\n") == "" })
			term.untouched()
		})
	}
}

// The menu searches once for keys that arrive together.
func TestKeysThatArriveTogether(t *testing.T) {
	ch := newChooser(&Console{}, Menu{Items: many(100)}, false)
	for _, text := range []string{"t", "e", "a", "m", " ", "7"} {
		ch.press(key{kind: keyText, text: text})
		if len(ch.found) != 100 || ch.ranking.texts != nil {
			t.Fatalf("after %q the menu has searched, want one search after the last key", text)
		}
	}
	ch.search()
	if first := ch.ranking.items[ch.found[0]].Name; first != "Team 7 prod" {
		t.Errorf("the first item is %q, want Team 7 prod", first)
	}
}

func TestMarks(t *testing.T) {
	term := openTerminal(t, 60, 24)
	menu := Menu{Items: items("alpha", "beta", "gamma")}
	picked := term.chooseMany(t.Context(), menu)
	term.sees(">  alpha\n   beta\n   gamma\n1/3   type to filter, Tab to mark")
	term.typeIn("\t")
	term.sees(" * alpha\n>  beta\n   gamma\n2/3   1 marked   type to filter, Tab to mark")
	term.typeIn("gam\t")
	term.sees(">* gamma\nfilter: gam   1 of 1 match (3)   2 marked")
	term.typeIn("\x15")
	term.sees(" * alpha\n   beta\n>* gamma\n3/3   2 marked   type to filter, Tab to mark")
	term.typeIn("\x1b[Z\t")
	term.sees(" * alpha\n * beta\n>  gamma\n3/3   2 marked   type to filter, Tab to mark")
	term.typeIn("zzz")
	term.sees("  nothing matches\nfilter: zzz   no matches (3)   2 marked")
	term.typeIn("\r")
	term.repliesMany(picked, []int{0, 1})

	picked = term.chooseMany(t.Context(), menu) // without a mark, the menu returns the selected item
	term.contains("1/3")
	term.typeIn("bet\r")
	term.repliesMany(picked, []int{1})

	got := term.choose(t.Context(), menu)
	term.contains("> alpha")
	term.typeIn("\t\x1b[B")
	term.contains("> beta")
	term.typeIn("\r")
	term.replies(got, reply{index: 1})
	term.untouched()
}

func TestPreview(t *testing.T) {
	menu := Menu{Title: "Pick:", Items: many(20), Typed: "team 3", Preview: func(i int) []Fact {
		return []Fact{{"account", fmt.Sprintf("%012d", i)}, {"role", "Read\x1b[2JOnly"}, {"session", strings.Repeat("long ", 30)}, {"d", "4"}, {"e", "5"}}
	}}
	for _, tt := range []struct {
		cols, rows int
		shown      bool
	}{{80, 24, true}, {60, 12, true}, {60, 11, false}, {59, 24, false}, {40, 24, false}, {80, 5, false}} {
		term := openTerminal(t, tt.cols, tt.rows)
		got := term.choose(t.Context(), menu)
		term.contains("> Team 3")
		if tt.shown {
			term.await("the preview", func(s *screen) bool {
				rows := strings.Split(s.picture(), "\n")
				n := len(rows)
				return n > 4 && rows[n-4] == "  account  000000000003" && rows[n-3] == "  role     Read?[2JOnly" &&
					strings.HasPrefix(rows[n-2], "  session  long ") && strings.HasSuffix(rows[n-2], "…") && rows[n-1] == "  d        4"
			})
		} else {
			term.await("no preview", func(s *screen) bool { return !strings.Contains(s.picture(), "000000000003") })
		}
		term.typeIn("\x15")
		term.contains("/20")
		term.typeIn("\x1b[F")
		term.contains("Team 19")
		term.typeIn("\r")
		term.replies(got, reply{index: 19})
		term.await("nothing", func(s *screen) bool { return strings.Trim(s.all(), "\n") == "" })
		term.untouched()
	}
}
