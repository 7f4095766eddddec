package chainrule.data;

/** One text of a corpus, or a piece of one, with where it stands ("notes.txt", "web.jsonl line 7") for error messages. */
public sealed interface Document {
    String origin();

    /**
     * Text to tokenise. A long document comes in pieces: {@code ends} is false for every piece but the last.
     *
     * @param ends whether the document ends with this text
     */
    record Text(String text, String origin, boolean ends) implements Document {
        /** A whole document. */
        public Text(String text, String origin) {
            this(text, origin, true);
        }
    }

    /** A whole document that is tokenised already. */
    record Ids(int[] ids, String origin) implements Document {}

    /**
     * A whole document of which some tokens are only read. It is complete as it is: nothing is put around it.
     *
     * @param trained of each of {@code ids} whether it is a target
     */
    record Example(int[] ids, boolean[] trained, String origin) implements Document {}
}
