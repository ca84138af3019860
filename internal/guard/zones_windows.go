package guard

import _ "time/tzdata" // Windows does not know zones such as Europe/Berlin, which rules name
