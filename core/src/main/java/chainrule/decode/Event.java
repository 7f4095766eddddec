package chainrule.decode;

/** News of a text that is being continued. The texts of all events together are the result's. */
public sealed interface Event {
    /** The text that became certain with this event. */
    String text();

    /** One more token. Its characters may come with a later event, when they are complete and not part of a stop string. */
    record Piece(Token token, String text) implements Event {}

    /** The last event. */
    record End(Result result, String text) implements Event {}
}
