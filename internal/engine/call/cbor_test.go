package call

import (
	"encoding/hex"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// The requests are also compared with those of botocore, in package equal.
func TestCBORWriter(t *testing.T) {
	svc := model.Parse("x", "service\tx\toperation\noperation\tGo\tPOST\t/\n\tin\tIn\nstructure\tIn\n\tText\tstring\twire=t\n\tN\tlong\n\tF\tfloat\n\tD\tdouble\n\tB\tboolean\n\tBytes\tblob\n\tWhen\ttimestamp\n\tTags\tTags\nmap\tTags\n\tkey\tstring\n\tvalue\tstring\n")
	op, _ := svc.Operation("go")
	r := &request{header: make(map[string][]string)}
	err := r.cbor(svc, op, object(t, `{"Text":"ü","N":-500,"F":1.5,"D":1.1,"B":true,"Bytes":"AQI=","When":"2013-03-21T20:04:00Z","Tags":{"a":"b"}}`))
	const want = "a8" + "617462c3bc" + "614e3901f3" + "6146fa3fc00000" + "6144fb3ff199999999999a" + "6142f5" + "654279746573420102" + "645768656ec11a514b67b0" + "6454616773a161616162"
	if got := hex.EncodeToString(r.body); got != want || err != nil {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
	if err := (&request{header: make(map[string][]string)}).cbor(svc, op, object(t, `{"N":"x"}`)); err == nil {
		t.Error("a text for a number: no error")
	}
}
