package chainrule.decode;

/**
 * The toy's text: every token is one to three of the letters a to d, so that strings run across tokens, and every fifth
 * holds its letters back until the next token, as half a character would.
 */
final class Letters implements TextStream {
    private String late = "";

    /** The letters of one token. */
    static String of(int id) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i <= id % 3; i++) {
            letters.append((char) ('a' + (id * 7 + i * 5 + id / 4) % 4));
        }
        return letters.toString();
    }

    static String of(int... ids) {
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(of(id));
        }
        return text.toString();
    }

    @Override
    public String push(int id) {
        String certain = late + of(id);
        late = "";
        if (id % 5 == 0) {
            late = certain;
            return "";
        }
        return certain;
    }

    @Override
    public String end() {
        return late;
    }
}
