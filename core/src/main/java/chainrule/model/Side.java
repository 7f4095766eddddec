package chainrule.model;

/** What a model conditions on besides the prefix: retrieved neighbours, an image, a domain. A system brings its own. */
public interface Side {
    /** Nothing besides the prefix. */
    Side NONE = new Side() {
        @Override
        public String toString() {
            return "nothing";
        }
    };
}
