package bench

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// filesOfProgram is how many files of code each program of the estate has.
const filesOfProgram = 100

// languages are those of the code, each with a file that calls another program and one that calls none. %[1]d is the
// number of the file, %[2]d that of the program that is called.
var languages = []struct{ end, call, plain string }{
	{".java", "public class Client%[1]d {\n  private final RestTemplate rest = new RestTemplate();\n  Order load(String id) { return rest.getForObject(\"http://program-%[2]d:8080/orders/\" + id, Order.class); }\n}\n",
		"public class Cart%[1]d {\n  // what is in a cart of a customer\n  private final Prices prices;\n  public int total(Order order, int count) {\n    int sum = 0;\n    for (Item item : order.items()) { sum += item.price() * count; }\n    return sum;\n  }\n  String name = \"a name of a thing\";\n}\n"},
	{".cs", "class Client%[1]d {\n  readonly HttpClient http = new HttpClient { BaseAddress = new Uri(\"http://program-%[2]d:8080\") };\n  public Task<string> Load() => http.GetStringAsync(\"orders\");\n}\n",
		"class Cart%[1]d {\n  /* what is in a cart of a customer */\n  public int Total(Order order, int count) {\n    var sum = 0;\n    foreach (var item in order.Items) { sum += item.Price * count; }\n    return sum;\n  }\n  string name = \"a name of a thing\";\n}\n"},
	{".go", "package cart\n\nfunc load%[1]d(id string) (*http.Response, error) {\n\treturn http.Get(\"http://program-%[2]d:8080/orders/\" + id)\n}\n",
		"// total%[1]d is the price of all that is in a cart.\nfunc total%[1]d(order Order, count int) int {\n\tsum := 0\n\tfor _, item := range order.Items {\n\t\tsum += item.Price * count\n\t}\n\treturn sum\n}\n\nvar name%[1]d = \"a name of a thing\"\n"},
	{".ts", "export const load%[1]d = (id: string) => axios.get(`http://program-%[2]d:8080/orders/${id}`);\n",
		"// what is in a cart of a customer\nexport function total%[1]d(order: Order, count: number): number {\n  let sum = 0;\n  for (const item of order.items) {\n    sum += item.price * count;\n  }\n  return sum;\n}\nconst name%[1]d = 'a name of a thing';\n"},
	{".py", "def load_%[1]d(order):\n    return requests.get(f\"http://program-%[2]d:8080/orders/{order}\")\n",
		"# what is in a cart of a customer\ndef total_%[1]d(order, count):\n    total = 0\n    for item in order.items:\n        total += item.price * count\n    return total\n\n\nNAME_%[1]d = \"a name of a thing\"\n"},
}

// code writes n files of code of about 10 kB each, those of a hundred in a program that Compose builds. One file in
// ten calls another program.
func code(path string, n int) error {
	var compose bytes.Buffer
	compose.WriteString("services:\n")
	programs := max(n/filesOfProgram, 2)
	for p := range programs {
		fmt.Fprintf(&compose, "  program-%d: {build: ./program-%[1]d}\n", p)
		dir := filepath.Join(path, fmt.Sprintf("program-%d", p), "src")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		language := languages[p%len(languages)]
		for i := range n / programs {
			var file bytes.Buffer
			if i%10 == 0 {
				fmt.Fprintf(&file, language.call, i, (p+i+1)%programs)
			}
			for unit := 0; file.Len() < 10_000; unit++ {
				fmt.Fprintf(&file, language.plain, unit)
			}
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("file%d%s", i, language.end)), file.Bytes(), 0o644); err != nil {
				return err
			}
		}
	}
	return os.WriteFile(filepath.Join(path, "compose.yaml"), compose.Bytes(), 0o644)
}
