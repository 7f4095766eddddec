package chainrule.decode;

/** The text of a continuation, token by token: a tokenizer's incremental decoder. It is used by one thread. */
public interface TextStream {
    /** The characters that are certain after {@code id}; none while a character is incomplete. */
    String push(int id);

    /** What is left when no token follows. */
    String end();
}
