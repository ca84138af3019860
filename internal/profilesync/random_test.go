package profilesync

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// edited returns the config after some random edits of lines, as a user makes them in an editor.
func edited(rnd *rand.Rand, config string) string {
	lines := strings.SplitAfter(config, "\n")
	for range 1 + rnd.IntN(6) {
		i := rnd.IntN(len(lines))
		switch rnd.IntN(7) {
		case 0:
			lines[i] = ""
		case 1:
			lines[i] = "# mine\n" + lines[i]
		case 2:
			if key, _, ok := strings.Cut(lines[i], " ="); ok {
				lines[i] = key + " = mine\n"
			}
		case 3:
			lines[i] += fmt.Sprintf("mine%d = 1\n", rnd.IntN(3))
		case 4:
			lines[i] = strings.Replace(lines[i], "[profile ", fmt.Sprintf("[profile x%d", rnd.IntN(9)), 1)
		case 5:
			lines[i] = strings.Replace(lines[i], "\n", "\r\n", 1)
		case 6:
			lines[i] = strings.Replace(lines[i], " = ", "=", 1)
		}
	}
	return strings.Join(lines, "")
}

// users returns the text of each profile without a marker, by name.
func users(t *testing.T, config string) map[string]string {
	t.Helper()
	bulk, err := awsconfig.NewBulk("config", []byte(config))
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for s := range bulk.Sections {
		if _, marked := s.Get(MarkerKey); !marked && s.Kind == awsconfig.Profile {
			texts[s.Name] = fmt.Sprint(s.Settings)
		}
	}
	return texts
}

// After any edits by hand, a sync and a prune keep the profiles of the user, and the second run of
// each changes nothing.
func TestRandomEditsByHand(t *testing.T) {
	all := listing(
		entry("111122223333", "Acme", "Admin"), entry("222233334444", "Acme", "Admin"), entry("333344445555", "", "Admin"),
		entry("333344445555", "", "admin"), entry("444455556666", "本番", "Read"),
	)
	own := "[profile mine]\nregion = x\n[profile acme-admin]\nregion = y\n"
	first, _ := runSync(t, oneSession+own, nil, all)
	steps, unwanted := 0, 0
	for seed := range uint64(3000) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		config := edited(rnd, first)
		in := Input{Path: "config", Content: []byte(config), Listings: []Listing{all}, Rename: rnd.IntN(4) == 0}
		if rnd.IntN(2) == 0 {
			in.Rules = rules(t, "settings: [{region: y, output: json}]\nexclude: [{id: 2*}]\nprocess: "+fmt.Sprint(rnd.IntN(2) == 0))
		}
		if rnd.IntN(2) == 0 {
			in.Listings = []Listing{listing(all.Entries[rnd.IntN(4):]...)}
		}
		if synced, report, err := Sync(in); err == nil {
			next := in
			next.Content = synced
			if _, pruned, err := Prune(next); err == nil && len(pruned.Removed) != report.Gone+report.Barred {
				t.Fatalf("seed %d: sync counts %d and %d profiles to remove, prune removes %d\n%s",
					seed, report.Gone, report.Barred, len(pruned.Removed), synced)
			}
			unwanted += report.Gone + report.Barred
		}
		for _, step := range []func(Input) ([]byte, Report, error){Sync, Prune, Sync} {
			once, _, err := step(in)
			if err != nil {
				break // the edit made the file unreadable for the AWS CLI
			}
			steps++
			before := users(t, string(in.Content))
			after := users(t, string(once))
			for name, text := range before {
				if lineless(after[name]) != lineless(text) {
					t.Fatalf("seed %d: profile %s of the user was %s and is %s\n%s", seed, name, text, after[name], once)
				}
			}
			in.Content = once
			twice, _, err := step(in)
			if err != nil || string(twice) != string(once) {
				t.Fatalf("seed %d: a second run changed the config (%v):\n%s\nto:\n%s", seed, err, once, twice)
			}
		}
	}
	if steps < 4000 || unwanted < 500 {
		t.Errorf("only %d steps were possible, and %d profiles were unwanted", steps, unwanted)
	}
}

// lineless removes the numbers of lines from the text of settings.
func lineless(text string) string {
	words := strings.Fields(text)
	kept := words[:0]
	for _, w := range words {
		if strings.Trim(w, "0123456789") != "" {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}
