package seal

import "testing"

func TestSealedTextsAreValidForOneKind(t *testing.T) {
	s := Sealer{Key: []byte("key")}
	text := s.Seal(Access, "payload")
	if got, ok := s.Open(Access, text); !ok || got != "payload" {
		t.Errorf("Open = %q, %v, want the payload", got, ok)
	}
	for _, kind := range []Kind{Refresh, Code, Device, Cookie, Secret, Page, Session, Console, Web, ID, Identity} {
		if _, ok := s.Open(kind, text); ok {
			t.Errorf("an access token is valid as %s", kind)
		}
	}
	if _, ok := (Sealer{Key: []byte("kez")}).Open(Access, text); ok {
		t.Error("the token of another emulator is valid")
	}
	for i := range text {
		for _, c := range []byte("AB=\n") {
			if text[i] == c {
				continue
			}
			if _, ok := s.Open(Access, text[:i]+string(c)+text[i+1:]); ok {
				t.Errorf("the token is valid with character %d changed to %q", i, c)
			}
			if _, ok := s.Open(Access, text[:i]+string(c)+text[i:]); ok {
				t.Errorf("the token is valid with %q before character %d", c, i)
			}
		}
	}
}

func TestJWT(t *testing.T) {
	s := Sealer{Key: []byte("key")}
	token := s.JWT(Web, []byte(`{"sub":"a"}`))
	if !s.IsJWT(Web, token) {
		t.Errorf("IsJWT rejects %q", token)
	}
	for _, other := range []string{token + "x", token[1:], "x." + token, "", "."} {
		if s.IsJWT(Web, other) {
			t.Errorf("IsJWT accepts %q", other)
		}
	}
	if s.IsJWT(ID, token) {
		t.Error("a web identity token is valid as an ID token")
	}
}
